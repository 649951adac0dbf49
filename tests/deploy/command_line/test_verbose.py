"""-v, before the command and behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.terminal import verbose
from tests.deploy.command_line.stranger import mistake
from tests.deploy.command_line.test_mistakes import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("argv", "level"), [(("check",), 0), (("-v", "check"), 1), (("check", "-vv"), 2), (("check", "-v", "-v"), 2)]
)
def test_how_much_is_told_is_said_before_or_behind_the_command(
    argv: tuple[str, ...], level: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        assert run(mistake(*argv, told=""), tmp_path, monkeypatch) == 0
        assert [verbose.tells(each) for each in (1, 2)] == [level >= 1, level >= 2]
    finally:
        verbose.begin(0, {})
