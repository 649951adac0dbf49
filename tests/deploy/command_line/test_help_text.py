"""Help is as wide as the terminal, and never wider than is easy to read."""

from __future__ import annotations

import argparse
import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.command_line import help_text

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal in place of stdout, by its descriptor."""
    ours, its = pty.openpty()
    with os.fdopen(its, "w") as stream:
        monkeypatch.setattr(sys, "__stdout__", stream)
        yield its
    os.close(ours)


@pytest.mark.parametrize(("columns", "widest"), [(44, 42), (60, 58), (200, 78), (0, 78)])
def test_help_is_as_wide_as_the_terminal_and_no_wider_than_is_easy_to_read(
    terminal: int, monkeypatch: pytest.MonkeyPatch, columns: int, widest: int
) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    monkeypatch.delenv("COLUMNS", raising=False)
    parser = argparse.ArgumentParser(prog="x", description="word " * 99, formatter_class=help_text.HelpText)
    lines = parser.format_help().splitlines()
    assert widest - len("word ") < max(map(len, lines)) <= widest
