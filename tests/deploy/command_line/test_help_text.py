"""Help is as wide as the terminal, as the standard library finds that out, and never wider than is easy to read."""

from __future__ import annotations

import os
import pty
import shutil
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


@pytest.mark.parametrize("given", [None, "50", "0", "wide"])
@pytest.mark.parametrize("columns", [0, 44, 200])
def test_the_width_is_the_one_that_the_standard_library_finds(
    terminal: int, monkeypatch: pytest.MonkeyPatch, given: str | None, columns: int
) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    monkeypatch.delenv("COLUMNS", raising=False)
    if given is not None:
        monkeypatch.setenv("COLUMNS", given)
    assert help_text._columns() == shutil.get_terminal_size().columns


def test_without_a_terminal_there_is_a_usual_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    with open(os.devnull, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a stream, as Python opens it
        for each in (stream, None):
            monkeypatch.setattr(sys, "__stdout__", each)
            assert help_text._columns() == shutil.get_terminal_size().columns == help_text.WIDEST
