"""Commands that a project adds to the pipeline, as users run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.configuration import load
from deploy.errors import ConfigError

pytestmark = pytest.mark.programs

CONFIG = """\
layers: {{dependencies: {{}}}}
extensions:
  weather:
    module: weather --calm
    commands: {{{command}: say how it will be}}
"""
PROGRAM = """\
import sys
print(sys.argv[1:], sys.stdin.read())
sys.exit(7)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text(CONFIG.format(command="forecast"))
    (tmp_path / "weather.py").write_text(PROGRAM)
    return tmp_path


def pipeline(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "deploy", "--project", str(project), *arguments],
        cwd=Path(__file__).parents[2],
        input="typed",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_command_gets_all_that_was_typed_and_its_exit_code_is_the_pipeline_s(project: Path) -> None:
    done = pipeline(project, "forecast", "--days", "3", "--project", "x", "layer", "-h")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout == "['--calm', 'command', 'forecast', '--days', '3', '--project', 'x', 'layer', '-h'] typed\n"


def test_it_is_listed_behind_the_pipeline_s_own(project: Path) -> None:
    lines = pipeline(project, "--help").stdout.split("\n\n")
    assert any("forecast" in part and "say how it will be" in part and "layer" in part for part in lines)


def test_without_a_configuration_only_the_pipeline_s_own_are_there(tmp_path: Path) -> None:
    done = pipeline(tmp_path, "forecast")
    assert (done.returncode, "forecast: there is no such command" in done.stderr) == (2, True)


def test_a_name_that_is_taken_is_refused(project: Path) -> None:
    path = project / "config/pipeline.yaml"
    path.write_text(CONFIG.format(command="layer"))
    with pytest.raises(ConfigError, match=r"extensions\.weather\.commands\.layer: is a command of the pipeline"):
        load(project, {})
    path.write_text(CONFIG.format(command="forecast") + "  sky: {module: sky, commands: {forecast: the same}}\n")
    with pytest.raises(ConfigError, match=r"extensions\.sky\.commands\.forecast: is a command of extensions\.weather"):
        load(project, {})


def test_the_former_key_beside_its_successor_is_refused(project: Path) -> None:
    path = project / "config/pipeline.yaml"
    path.write_text("layers: {}\ndiscord: {application: a}\nextensions: {discord: {module: tools.discord}}\n")
    with pytest.raises(ConfigError, match=r"discord: is there beside extensions\.discord"):
        load(project, {})
