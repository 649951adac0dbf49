"""Completion, asked by the shells themselves."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.commands.completion import SHELLS
from tests.deploy.command_line.stranger import FUNCTIONS, ROOT, mistake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs

BASH = """
eval "$(channelwright completion bash)"
COMP_LINE={line} COMP_POINT={point} COMP_WORDS=({line_words}) COMP_CWORD={last} COMP_TYPE=9
_python_argcomplete channelwright {word} ""
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's project, in a shell that finds the program."""
    mistake("check", config=FUNCTIONS, told="").write(tmp_path)
    program = tmp_path / "bin/channelwright"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {shlex.quote(sys.executable)} -m deploy "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(shell: str, line: str) -> list[str]:
    """Return what a real shell offers for what was typed."""
    words = line.split(" ")
    if shell == "fish":
        script = f"channelwright completion fish | source; complete -C {shlex.quote(line)}"
    else:
        script = BASH.format(
            line=shlex.quote(line),
            point=len(line),
            line_words=" ".join(map(shlex.quote, words)),
            last=len(words) - 1,
            word=shlex.quote(words[-1]),
        )
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return [each.partition("\t")[0].strip() for each in done.stdout.splitlines() if each.strip()]


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_a_shell_completes_commands_options_and_the_projects_stages(shell: str, project: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    assert project.is_dir()
    assert offered(shell, "channelwright prom") == ["promote"]
    assert set(offered(shell, "channelwright deploy --bu")) == {"--built"}
    assert set(offered(shell, "channelwright deploy --stage ")) == {"dev", "prod"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_can_read_what_is_printed_for_it(shell: str, project: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    code = subprocess.run(["channelwright", "completion", shell], capture_output=True, text=True, check=True).stdout
    assert "channelwright" in code
    (project / "code").write_text(code)
    subprocess.run([shell, "-n", str(project / "code")], check=True)
