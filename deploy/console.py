"""What people see: plain lines anywhere, spinners and tables where there is a terminal."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from .terminal import waiting
from .terminal.characters import plain
from .terminal.duration import duration
from .terminal.table import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NARROWEST = 60
"""Characters of a line that every table fits."""


@dataclass(frozen=True)
class Console:
    """`said` are the lines so far, as they were printed."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    said: list[str] = field(default_factory=list, repr=False, compare=False)

    @property
    def is_terminal(self) -> bool:
        return self.stream.isatty()

    @property
    def width(self) -> int | None:
        """How many characters a line may have: COLUMNS, or the terminal's; None where nothing limits it.

        https://docs.python.org/3/library/shutil.html#shutil.get_terminal_size
        """
        if not (self.is_terminal or os.environ.get("COLUMNS", "").isdecimal()):
            return None
        import shutil

        return max(shutil.get_terminal_size().columns, NARROWEST)

    def say(self, line: str = "") -> None:
        self.said.append(plain(line))
        print(plain(line), file=self.stream, flush=True)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that something takes time, and how long it took once it is done."""
        started = time.monotonic()
        with waiting.live(self.stream, title) if self.is_terminal else waiting.now_and_then(self.say, title):
            yield
        self.say(f"{title}  {duration(time.monotonic() - started)}")

    @contextmanager
    def counted(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """Show how many of `total` are done, and at the end how long it took: what is yielded is called for each."""
        started = time.monotonic()
        with self._bar(title, total) as advance:
            yield advance
        if total:
            self.say(f"{title}: {total}  {duration(time.monotonic() - started)}")

    @contextmanager
    def _bar(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        if not self.is_terminal:
            yield lambda: None
            return
        from rich.console import Console as Rich
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=Rich(file=self.stream), transient=True) as progress:
            task = progress.add_task(title, total=total)
            yield lambda: progress.advance(task)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show what was done of something long: in one line that changes, or line by line without a terminal."""
        if not self.is_terminal:
            yield self.say
            return
        with waiting.live(self.stream, title) as change:
            yield change

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table that fits: see `deploy.terminal.table`."""
        if rows:
            for line in fitted(columns, rows, self.width).lines(self._rule):
                self.say(line)

    @property
    def _rule(self) -> str:
        """The character of a table's rule, as far as the stream has it."""
        try:
            "─".encode(self.stream.encoding or "utf-8")
        except UnicodeEncodeError:
            return "-"
        return "─"


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
