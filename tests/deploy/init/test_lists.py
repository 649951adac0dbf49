"""What a project's layer is made of, where several tools' lists lie about: what functions need, and not its tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.locking.others import static_name
from tests.deploy.init.projects import HANDLER, write
from tests.deploy.init.test_init_command import init

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETUP = "from setuptools import setup\nsetup(name='My_App', package_dir={'': 'src'}, install_requires=['six'])\n"
CFG = "[metadata]\nname = my-app\n[options]\ninstall_requires = six\n"


@pytest.mark.parametrize(("name", "text"), [("setup.py", SETUP), ("setup.cfg", CFG)])
def test_what_a_setuptools_project_requires_is_locked_by_building_it_and_its_code_is_no_part_of_the_layer(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "shop", {"pyproject.toml": "[tool.black]\n", name: text, "src/my_app/main.py": HANDLER})
    assert init(tmp_path / "shop", "--yes") == 0
    assert f"  {name}: what its wheel requires, to be locked\n" in capsys.readouterr().out
    assert (tmp_path / "shop/requirements.in").read_text() == "-e .\n"
    (layer,) = load(tmp_path / "shop", {}).layers.values()
    assert layer.without == ("my-app",)


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"setup.py": SETUP}, "my-app"),
        ({"setup.py": "import setuptools\nsetuptools.setup(name='own')"}, "own"),
        ({"setup.py": "from setuptools import setup\nsetup(name=NAME)"}, ""),
        ({"setup.py": "def ("}, ""),
        ({"setup.py": SETUP, "setup.cfg": "[metadata]\nname = other\n"}, "other"),
        ({}, ""),
    ],
)
def test_a_name_that_stands_in_setup_py_is_read_without_running_it(
    files: Mapping[str, str], name: str, tmp_path: Path
) -> None:
    assert static_name.read(write(tmp_path, files)) == name


CDK = {
    "cdk.json": '{"app": "python app.py"}',
    "lambda/price.py": HANDLER,
    "lambda/requirements.txt": "six\n",
    "app.py": "import aws_cdk\n",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "aws-cdk-lib==2.200.0\nconstructs\n"),
        ("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["aws-cdk-lib", "constructs"]\n'),
    ],
)
def test_what_a_cdk_application_needs_itself_is_no_part_of_the_layer(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {**CDK, name: text})
    assert init(tmp_path, "--yes") == 0
    said = capsys.readouterr().out
    assert "  lambda/requirements.txt: to be locked\n" in said
    assert f"  {name}: what the CDK application itself needs\n" in said
    assert (tmp_path / "requirements.in").read_text() == "-r lambda/requirements.txt\n"


def test_a_list_beside_a_cdk_application_that_does_not_name_it_is_that_of_the_functions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {**CDK, "requirements.txt": "six\n", "lambda/requirements.txt": "idna\n"})
    assert init(tmp_path, "--plan") == 0
    assert "  requirements.txt: without hashes, to be locked\n" in capsys.readouterr().out
