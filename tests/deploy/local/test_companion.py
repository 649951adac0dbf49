from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.errors import ConfigError
from deploy.local import companion
from deploy.local.companion import Introduction
from deploy.settings import Local, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVE = """
import json, sys
if sys.argv[1] == "serve":
    print(json.dumps({"environment": {"KEY": "k"}, "functions": {"API": sys.argv[3]}}), flush=True)
    sys.stdin.read()
    open("ended", "w").close()
elif sys.argv[1] == "play":
    import os
    told = json.loads(os.environ["CHANNELWRIGHT_LOCAL"])
    sys.exit(0 if told["outputs"] == {"Url": "u"} and os.environ["KEY"] == "k" else 3)
"""


def project(folder: Path, program: str) -> Settings:
    (folder / "beside.py").write_text(program)
    return Settings(project=folder, layers={}, local=Local(companion="beside"))


def test_a_companion_introduces_itself_and_ends_with_the_system(tmp_path: Path) -> None:
    with companion.serving(project(tmp_path, SERVE), "dev", None, tmp_path) as said:
        assert said == Introduction(environment={"KEY": "k"}, functions={"API": "dev"})


def test_a_companion_ends_when_nobody_is_left_to_hold_its_stdin(tmp_path: Path) -> None:
    import subprocess

    project(tmp_path, SERVE)
    with subprocess.Popen(
        [sys.executable, "-m", "beside", "serve", "--stage", "dev"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("print('hello')", "printed something else than its introduction"),
        ("print('{\"unknown\": {}}')", "printed something else than its introduction"),
        ("import sys; sys.exit('port 80 is in use')", "(?s)port 80 is in use.*ended before it said anything"),
    ],
)
def test_a_companion_that_says_something_else_is_refused_with_its_words(
    tmp_path: Path, program: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says), companion.serving(project(tmp_path, program), "dev", 80, tmp_path):
        pass


@pytest.mark.parametrize(("outputs", "code"), [({"Url": "u"}, 0), ({}, 3)])
def test_who_plays_is_told_of_everything_and_decides_the_exit_code(
    tmp_path: Path, outputs: Mapping[str, str], code: int
) -> None:
    settings = project(tmp_path, SERVE)
    assert companion.play(settings, ["play"], Introduction(environment={"KEY": "k"}), outputs) == code


def test_a_project_without_companion_has_nothing_to_start(tmp_path: Path) -> None:
    settings = Settings(project=Path(tmp_path), layers={})
    with companion.serving(settings, "dev", None, tmp_path) as said:
        assert said == Introduction()
    with pytest.raises(ConfigError, match="companion: is missing"):
        companion.play(settings, ["play"], Introduction(), {})
