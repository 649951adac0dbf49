from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.inside.refusal import Refused
from deploy.inside.wheel import Wheel, WheelName, canonical, read
from tests.deploy.inside.synthetic import wheel

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "/var/lang/bin/python3.11"


def parsed(made: tuple[str, bytes]) -> Wheel:
    return read(*made, hashlib.sha256(made[1]).hexdigest(), interpreter=PYTHON)


def refusal(made: tuple[str, bytes]) -> str:
    with pytest.raises(Refused) as caught:
        parsed(made)
    return str(caught.value)


def test_a_file_name_gives_the_distribution_and_every_tag_it_stands_for() -> None:
    name = WheelName.parse("Ruamel.YAML_c-0.2-1a-cp311.py3-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
    assert (name.name, name.version) == ("ruamel-yaml-c", "0.2")
    assert name.tags == (
        "cp311-abi3-manylinux_2_17_x86_64",
        "cp311-abi3-manylinux2014_x86_64",
        "py3-abi3-manylinux_2_17_x86_64",
        "py3-abi3-manylinux2014_x86_64",
    )


@pytest.mark.parametrize("name", ["sample-1.0.tar.gz", "sample-1.0.zip", "sample.whl"])
def test_what_is_no_wheel_is_refused_as_nothing_is_built_from_source(name: str) -> None:
    assert "is not a wheel; only wheels are installed" in refusal((name, b""))


def test_a_wheel_that_is_cut_short_is_refused() -> None:
    name, content = wheel("sample", {"sample.py": ""})
    assert "cannot be read as a zip file" in refusal((name, content[:-30]))


def test_files_go_where_pip_install_with_a_target_puts_them() -> None:
    made = wheel(
        "sample",
        {
            "sample/__init__.py": "",
            "sample-1.0.data/purelib/pure.py": "",
            "sample-1.0.data/platlib/native.so": "",
            "sample-1.0.data/scripts/run-sample": "#!python\nimport sample\n",
            "sample-1.0.data/headers/sample.h": "",
            "sample-1.0.data/data/share/sample.txt": "",
        },
    )
    files = parsed(made).files
    placed = {path: file.origin for path, file in files.items() if ".dist-info/" not in path}
    assert placed == {
        "sample/__init__.py": "root",
        "pure.py": "root",
        "native.so": "root",
        "bin/run-sample": "scripts",
        "include/python/sample/sample.h": "headers",
        "share/sample.txt": "data",
    }
    assert files["bin/run-sample"].content == b"#!/var/lang/bin/python3.11\nimport sample\n"


def test_what_a_wheel_marks_as_executable_stays_so() -> None:
    made = wheel("sample", {"sample/tool": "", "sample/data": ""}, modes={"sample/tool": 0o100755})
    files = parsed(made).files
    assert (files["sample/tool"].executable, files["sample/data"].executable) == (True, False)


def test_a_record_that_differs_from_its_wheel_is_no_reason_against_it_as_with_pip() -> None:
    record = {"changed.py": "changed.py,sha256=AAAA,1", "added.py": None, "gone.py": "gone.py,sha256=AAAA,1"}
    files = parsed(wheel("sample", {"changed.py": "1", "added.py": "2"}, record=record)).files
    assert {"changed.py", "added.py"} < set(files)
    assert "gone.py" not in files


POINTS = "sample-1.0.dist-info/entry_points.txt"


def test_console_scripts_are_made_as_an_installer_makes_them(tmp_path: Path) -> None:
    points = "[console_scripts]\nSay-it = sample.cli : Speaker.say [extra]\n[gui_scripts]\nshow=sample:show\n[x]\na=b\n"
    files = parsed(wheel("sample", {"sample.py": "", POINTS: points})).files
    made = {path: file for path, file in files.items() if path.startswith("bin/")}
    assert set(made) == {"bin/Say-it", "bin/show"}
    assert all(file.executable and file.origin == "scripts" for file in made.values())
    assert made["bin/Say-it"].content.startswith(f"#!{PYTHON}\n".encode())

    (tmp_path / "sample").mkdir()
    cli = "class Speaker:\n    def say():\n        print('said')\n        return 3\n"
    (tmp_path / "sample" / "cli.py").write_text(cli, encoding="utf-8")
    environment = {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", made["bin/Say-it"].content.decode()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (3, "said\n"), done.stderr


def test_a_console_script_may_have_any_name_that_pip_takes() -> None:
    points = "[console_scripts]\nc++x = sample:say  # said\nwith space = sample:say()\nü = a.b:c.d[x, y]\n"
    files = parsed(wheel("sample", {POINTS: points})).files
    made = {path: file.content.decode() for path, file in files.items() if path.startswith("bin/")}
    assert set(made) == {"bin/c++x", "bin/space", "bin/ü"}
    assert made["bin/space"].endswith("sys.exit(say())\n")
    assert made["bin/ü"].endswith("sys.exit(c.d())\n")


def test_a_script_that_the_wheel_brings_comes_before_one_of_that_name_that_would_be_made() -> None:
    own: dict[str, str | bytes] = {
        "sample-1.0.data/scripts/say": b"\x7fELF",
        POINTS: "[console_scripts]\nsay = sample:say\n",
    }
    assert parsed(wheel("sample", own)).files["bin/say"].content == b"\x7fELF"


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ("[console_scripts]\nsay = sample\n", "its script say = sample names no function"),
        ("[console_scripts]\n../say = sample:say\n", "its script ../say = sample:say names no function"),
        ("[console_scripts]\n.. = sample:say\n", "its script .. = sample:say names no function"),
        ("[console_scripts]\nsay = sample:a:b\n", "its script say = sample:a:b names no function"),
        ("say = sample:say\n", "its entry_points.txt cannot be read"),
    ],
)
def test_entry_points_of_which_no_script_can_be_made_are_refused(points: str, why: str) -> None:
    assert why in refusal(wheel("sample", {POINTS: points}))


@pytest.mark.parametrize("path", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "a\\evil.py", "a//evil.py"])
def test_a_path_that_leads_out_of_the_layer_is_refused(path: str) -> None:
    assert "would be written outside of the layer" in refusal(wheel("sample", {path: ""}))


@pytest.mark.parametrize("path", ["sample-1.0.data/data/../../evil.py", "sample-1.0.data/scripts//evil"])
def test_a_path_that_leads_out_of_its_data_folder_is_refused(path: str) -> None:
    assert "would be written outside of the layer" in refusal(wheel("sample", {path: ""}))


def test_a_data_folder_that_no_installation_knows_is_refused() -> None:
    assert "no place for 'elsewhere'" in refusal(wheel("sample", {"sample-1.0.data/elsewhere/file": ""}))


def test_a_symbolic_link_becomes_a_file_as_with_pip() -> None:
    made = wheel("sample", {"link.py": "/etc/passwd"}, modes={"link.py": stat.S_IFLNK | 0o777})
    assert parsed(made).files["link.py"].content == b"/etc/passwd"


def test_a_wheel_that_is_not_what_its_name_says_is_refused() -> None:
    _, content = wheel("other", {"other.py": ""})
    assert "says in its metadata that it is other 1.0" in refusal(("sample-1.0-py3-none-any.whl", content))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0-rc.1", "1.0rc1"),
        ("v2.0", "2.0"),
        ("2024.01.05", "2024.1.5"),
        ("1.0.alpha2", "1.0a2"),
        ("1.0-1", "1.0.post1"),
        ("1.0-r4", "1.0.post4"),
        ("1.0-dev3", "1.0.dev3"),
        ("1.0_post1", "1.0.post1"),
    ],
)
def test_a_version_may_be_spelt_in_many_ways(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) == other


def test_other_versions_stay_apart() -> None:
    versions = [
        "1.0",
        "1.0.1",
        "10.1",
        "1.0a1",
        "1.0b1",
        "1.0rc1",
        "1.0.post1",
        "1.0.dev1",
        "1!1.0",
        "1.0+cpu",
        "1.0+abc.1",
    ]
    assert len({canonical(each) for each in versions}) == len(versions)


def test_start_up_files_are_not_dropped_silently() -> None:
    files = {"evil.pth": "import os", "sitecustomize.py": "", "usercustomize.py": ""}
    assert files.keys() <= parsed(wheel("sample", files)).files.keys()
