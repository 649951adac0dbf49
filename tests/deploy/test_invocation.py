"""What is advised can be typed as it is printed, however the pipeline was started."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.invocation import Invocation, begin, in_this_way, installs

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("argv", "environment", "advised"),
    [
        (["/venv/bin/channelwright", "layer"], {}, "channelwright lock --upgrade"),
        (["channelwright", "--project", "my api", "layer"], {}, "channelwright --project 'my api' lock --upgrade"),
        (["channelwright", "layer"], {"NOX_CURRENT_SESSION": "build"}, "channelwright lock --upgrade"),
        (["/home/me/.cache/uv/archive-v0/5-x/bin/channelwright", "layer"], {}, "uvx channelwright lock --upgrade"),
        (["/home/me/.cache/pipx/0a1b/bin/channelwright", "layer"], {}, "pipx run channelwright lock --upgrade"),
        (
            ["/home/me/.local/share/uv/tools/channelwright/bin/channelwright", "lock"],
            {},
            "channelwright lock --upgrade",
        ),
        (
            ["/home/me/.local/share/pipx/venvs/channelwright/bin/channelwright", "lock"],
            {},
            "channelwright lock --upgrade",
        ),
        (["/here/deploy/__main__.py", "layer"], {}, "python -m deploy lock --upgrade"),
        (
            ["/here/deploy/__main__.py", "--project=api", "layer"],
            {},
            "python -m deploy --project api lock --upgrade",
        ),
        (["/here/deploy/__main__.py", "layer"], {"NOX_CURRENT_SESSION": "layer"}, "nox -s lock -- --upgrade"),
        (["/here/deploy/__main__.py", "show", "--project"], {}, "python -m deploy lock --upgrade"),
    ],
)
def test_a_command_is_named_as_this_one_was_started(argv: list[str], environment: dict[str, str], advised: str) -> None:
    assert Invocation.of(argv, environment).command("lock", "--upgrade") == advised


def test_what_a_shell_would_take_apart_is_quoted_and_what_a_reader_fills_in_is_not() -> None:
    command = Invocation("channelwright").command("where", "urllib3<2.6", "--stage", "STAGE")
    assert command == "channelwright where 'urllib3<2.6' --stage STAGE"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("channelwright", "  channelwright local         all of it\n  channelwright local --keep  leave it\n"),
        ("python -m deploy", "  python -m deploy local         all of it\n  python -m deploy local --keep  leave it\n"),
        ("nox -s", "  nox -s local            all of it\n  nox -s local -- --keep  leave it\n"),
    ],
)
def test_examples_are_shown_as_they_are_typed_here_and_stay_in_columns(program: str, expected: str) -> None:
    text = "What channelwright does.\n\n{}\nAnd more."
    written = "  channelwright local         all of it\n  channelwright local --keep  leave it\n"
    before = begin(Invocation(program))
    try:
        assert in_this_way(text.format(written)) == text.format(expected)
    finally:
        begin(before)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("nox -s", "`nox -s scan` installs it"),
        ("channelwright", 'pip install "channelwright[scan]"'),
        ("uvx channelwright", 'uvx --from "channelwright[scan]" channelwright scan'),
        ("pipx run channelwright", 'pipx run --spec "channelwright[scan]" channelwright scan'),
    ],
)
def test_what_a_command_lacks_is_brought_as_it_was_started(program: str, expected: str, tmp_path: Path) -> None:
    before = begin(Invocation(program))
    try:
        assert installs("scan", "scan", tmp_path) == expected
    finally:
        begin(before)


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        ("uv-receipt.toml", 'uv tool install "channelwright[scan]"'),
        ("pipx_metadata.json", 'pipx install --force "channelwright[scan]"'),
    ],
)
def test_who_keeps_an_environment_of_its_own_is_named_as_what_installs_there(
    receipt: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / receipt).touch()
    before = begin(Invocation("channelwright"))
    try:
        assert installs("scan", "scan", tmp_path) == expected
    finally:
        begin(before)


def test_the_advice_of_a_refused_run_runs(tmp_path: Path) -> None:
    """A project without a lock is told to lock, with a command that finds that very project."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text("layers: {deps: {}}\n", encoding="utf-8")
    (tmp_path / "Dockerfile.layer").write_bytes((ROOT / "Dockerfile.layer").read_bytes())
    environment = {name: value for name, value in os.environ.items() if name != "NOX_CURRENT_SESSION"}
    start = [sys.executable, "-m", "deploy", "--project", str(tmp_path), "layer"]
    refused = subprocess.run(start, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 1, refused.stderr
    (advised,) = (part for part in refused.stderr.split("`") if part.startswith("python -m deploy"))
    assert advised == f"python -m deploy --project {tmp_path} lock"
    command = [sys.executable, *shlex.split(advised)[1:]]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert "requirements.in" in done.stderr
    assert "unrecognized arguments" not in done.stderr
