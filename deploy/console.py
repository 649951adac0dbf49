"""What people see: plain lines anywhere, spinners and tables where there is a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True)
class Console:
    stream: TextIO = field(default_factory=lambda: sys.stdout)

    @property
    def is_terminal(self) -> bool:
        return self.stream.isatty()

    def say(self, line: str = "") -> None:
        print(line, file=self.stream, flush=True)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that something takes time, and how long it took once it is done."""
        started = time.monotonic()
        with self._spinner(title):
            yield
        self.say(f"{title}  {time.monotonic() - started:.1f} s")

    @contextmanager
    def _spinner(self, title: str) -> Iterator[None]:
        if not self.is_terminal:
            yield
            return
        from rich.console import Console as Rich

        with Rich(file=self.stream).status(f"{title} …"):
            yield

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show what was done of something long: in one line that changes, or line by line without a terminal."""
        if not self.is_terminal:
            yield self.say
            return
        from rich.console import Console as Rich

        with Rich(file=self.stream).status(f"{title} …") as status:
            yield lambda line: status.update(f"{title} … {line}")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table: columns that hold only numbers and units align right."""
        if not rows:
            return
        right = [
            all(row[at][:1].isdigit() or row[at][:1] in "-+" or not row[at] for row in rows)
            for at in range(len(columns))
        ]
        widths = [max(len(row[at]) for row in [columns, *rows]) for at in range(len(columns))]
        self.say(_line(columns, widths, right))
        self.say(_line(["─" * width for width in widths], widths, right))
        for row in rows:
            self.say(_line(row, widths, right))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if align else cell.ljust(width)
        for cell, width, align in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(parts).rstrip()


def size(count: int) -> str:
    """Write bytes as people do, in powers of 1000, as Lambda's console does.

    >>> size(3_091_926), size(11_800), size(0)
    ('3.09 MB', '11.8 kB', '0 B')
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count} B"
