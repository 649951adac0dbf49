"""The installed command as a stranger has it: in an empty environment, far from this repository."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
import uv

from deploy import __version__
from deploy.keys.command_names import COMMANDS
from deploy.layer.cache_key import built_by, proven_by
from tests.integration.installed.conftest import ROOT, Installed, Packages, clean, run_uv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.container
_OTHER_WAYS = re.compile(r"nox -s|python -m deploy")

ORDERS = {
    "config/pipeline.yaml": """\
layers: {orders-dependencies: {}}
functions:
  take: {name: orders_take, handler: take.handler, layers: [orders-dependencies], trial: {due: 2030-01-31}}
""",
    "requirements.in": "python-dateutil\n",
    "src/take.py": """\
from dateutil import parser


def handler(event, context):
    return str(parser.parse(event["due"]))
""",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_it_says_which_it_is_and_how_it_is_used(installed: Installed) -> None:
    assert __version__ in installed.run("--version").stdout
    shown = installed.run("--help")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("usage: channelwright ")


@pytest.mark.sliced(4)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_what_its_reader_can_type(installed: Installed, command: str) -> None:
    shown = installed.run(command, "--help")
    assert shown.stdout.startswith(f"usage: channelwright {command} "), shown.stderr
    assert not _OTHER_WAYS.search(shown.stdout)


def test_what_a_refused_run_advises_can_be_typed_as_it_is_printed(installed: Installed) -> None:
    write(installed.folder / "api", {name: text for name, text in ORDERS.items() if name != "requirements.in"})
    refused = installed.run("--project", "api", "layer")
    assert refused.returncode == 1, refused.stderr
    assert not _OTHER_WAYS.search(refused.stderr)
    (advised,) = re.findall(r"`(channelwright [^`]*)`", refused.stderr)
    assert advised == "channelwright --project api lock"
    typed = installed.run(*shlex.split(advised)[1:])
    assert typed.returncode == 1
    assert "requirements.in" in typed.stderr


def test_started_as_a_module_it_names_the_module(installed: Installed) -> None:
    write(installed.folder, {"config/pipeline.yaml": ORDERS["config/pipeline.yaml"]})
    refused = installed.run("-m", "channelwright_pipeline", "layer", program="python")
    assert "`python -m channelwright_pipeline lock`" in refused.stderr
    shown = installed.run("-m", "channelwright_pipeline", "layer", "--help", program="python")
    assert shown.stdout.startswith("usage: python -m channelwright_pipeline layer ")


def test_a_strangers_project_leads_to_a_layer_that_is_proven_and_is_the_one_that_a_checkout_makes(
    installed: Installed, tmp_path: Path
) -> None:
    write(installed.folder, ORDERS)
    cache = str(tmp_path / "cache")
    locked = installed.run("lock", CHANNELWRIGHT_CACHE=cache)
    assert locked.returncode == 0, locked.stderr
    made = installed.run("layer", CHANNELWRIGHT_CACHE=cache)
    assert made.returncode == 0, made.stderr
    assert "take answered on the final zips" in made.stdout
    assert "built and verified" in made.stdout
    with ZipFile(installed.folder / "dist/orders-dependencies.zip") as layer:
        assert any(name.startswith("python/dateutil/") for name in layer.namelist())
    again = installed.run("layer", CHANNELWRIGHT_CACHE=cache)
    assert "unchanged" in again.stdout or "cache" in again.stdout, again.stdout
    # What a checkout makes and proves is taken for what it is, under either name of the package.
    keys = "from channelwright_pipeline.layer import cache_key as key; print(key.built_by(), key.proven_by())"
    assert installed.run("-c", keys, program="python").stdout.split() == [built_by(), proven_by()]


def test_it_lies_beside_packages_that_are_called_like_this_repositorys_own_folders(
    packages: Packages, tmp_path: Path
) -> None:
    """Somebody's own wheel has `deploy`, `tools` and `src`, their project too: nobody takes the other's."""
    theirs = tmp_path / "theirs-1-py3-none-any.whl"
    with ZipFile(theirs, "w") as wheel:
        for package in ("deploy", "tools", "src", "channelwright"):
            wheel.writestr(f"{package}/__init__.py", f"OWNER = 'their {package}'\n")
        wheel.writestr("deploy/errors.py", "raise SystemExit('their errors')\n")
        wheel.writestr("theirs-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
        wheel.writestr("theirs-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("theirs-1.dist-info/RECORD", "")
    environment = tmp_path / "venv"
    run_uv("venv", "--quiet", environment)
    run_uv("pip", "install", "--quiet", "--python", environment / "bin/python", packages.wheel, theirs)
    project = write(
        tmp_path / "project",
        {
            "config/pipeline.yaml": """\
layers: {all: {}}
functions: {take: {name: take, handler: take.handler}}
code: {checks: [tools.mine]}
extensions: {own: {module: deploy.mine, commands: {greet: say who it is}}}
""",
            "requirements.txt": (ROOT / "requirements.txt").read_text(encoding="utf-8"),
            "src/take.py": "def handler(event, context):\n    return None\n",
            "tools/__init__.py": "",
            "tools/mine.py": "import deploy.mine\nprint('checked by', deploy.mine.OWNER)\n",
            "deploy/__init__.py": "",
            "deploy/mine.py": "OWNER = 'the project'\nprint('greetings from', OWNER)\n",
            "deploy/errors.py": "raise SystemExit('the errors of the project')\n",
        },
    )
    both = Installed(environment, project)
    checked = both.run("check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert "checked by the project" in checked.stdout
    assert both.run("greet").stdout.strip() == "greetings from the project"
    owners = "import deploy, tools, src, channelwright as c; print(deploy.OWNER, tools.OWNER, src.OWNER, c.OWNER)"
    away = Installed(environment, tmp_path)
    assert (
        away.run("-c", owners, program="python").stdout.strip()
        == "their deploy their tools their src their channelwright"
    )


def test_the_steps_that_are_timed_are_found_under_the_name_that_is_installed(installed: Installed) -> None:
    write(installed.folder, ORDERS)
    done = installed.run("-m", "channelwright_pipeline.bench.steps", "bundle", ".", program="python")
    assert done.returncode == 0, done.stderr
    assert (installed.folder / "dist/code.zip").is_file()


def test_no_module_names_the_package_by_the_name_of_its_folder(environment: Path) -> None:
    """What is installed has another: an absolute import of it would find somebody else's, or nothing."""
    (home,) = environment.glob("lib/python*/site-packages/channelwright_pipeline")
    for path in home.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert "deploy" not in {name.partition(".")[0] for name in names}, path


def test_it_is_tried_without_being_installed_and_says_how_to_go_on(packages: Packages, tmp_path: Path) -> None:
    def uvx(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [uv.find_uv_bin(), "tool", "run", "--from", str(packages.wheel), "channelwright", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=clean(), capture_output=True, text=True, check=False, timeout=300
        )

    shown = uvx("--help")
    assert shown.returncode == 0, shown.stderr
    assert "usage: uvx channelwright " in shown.stdout
    assert "`uvx channelwright init` writes one" in uvx("check").stderr
