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
    def counted(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """Show how many of `total` are done, and at the end how long it took: what is yielded is called for each."""
        started = time.monotonic()
        with self._bar(title, total) as advance:
            yield advance
        if total:
            self.say(f"{title}: {total}  {time.monotonic() - started:.1f} s")

    @contextmanager
    def _bar(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        if not self.is_terminal:
            yield lambda: None
            return
        from rich.console import Console as Rich
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=Rich(file=self.stream), transient=True) as progress:
            task = progress.add_task(title, total=total)
            yield lambda: progress.advance(task)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show what was done of something long: in one line that changes, or line by line without a terminal."""
        if not self.is_terminal:
            yield self.say
            return
        from rich.console import Console as Rich

        with Rich(file=self.stream).status(f"{title} …") as status:
            yield lambda line: status.update(f"{title} … {line}")

    @property
    def _rule(self) -> str:
        """The character of a table's rule, as far as the stream has it."""
        try:
            "─".encode(self.stream.encoding or "utf-8")
        except UnicodeEncodeError:
            return "-"
        return "─"

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
        self.say(_line([self._rule * width for width in widths], widths, right))
        for row in rows:
            self.say(_line(row, widths, right))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if align else cell.ljust(width)
        for cell, width, align in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(parts).rstrip()


def growth(count: int) -> str:
    """Write a difference of bytes, with its sign.

    >>> growth(11_800), growth(-5), growth(0)
    ('+11.8 kB', '-5 B', '')
    """
    return f"{'+' if count > 0 else '-'}{size(abs(count))}" if count else ""


def size(count: int) -> str:
    """Write bytes as people do, in powers of 1000, as Lambda's console does.

    >>> size(3_091_926), size(11_800), size(999_900), size(0)
    ('3.09 MB', '11.8 kB', '1 MB', '0 B')
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= 0.9995 * factor:  # what rounds to 1000 of a unit is 1 of the next
            return f"{count / factor:.3g} {unit}"
    return f"{count} B"
