"""Long steps: a line with the time that it takes on a terminal, and elsewhere a line now and then."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from .characters import plain
from .duration import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERY = 30.0
"""Seconds of silence after which a run without a terminal says that it goes on: CI shows what is alive by its lines."""


@contextmanager
def live(stream: TextIO, title: str) -> Iterator[Callable[[str], None]]:
    """Show a title and the time that it takes in one line of a terminal; what is yielded changes the title."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task(f"{plain(title)} …")
        yield lambda text: progress.update(task, description=f"{plain(title)} … {plain(text)}")


@contextmanager
def now_and_then(say: Callable[[str], None], title: str, every: float = EVERY) -> Iterator[None]:
    """Say that something still goes on, and for how long, after each `every` seconds."""
    started, ended = time.monotonic(), threading.Event()

    def tell() -> None:
        while not ended.wait(every):
            say(f"{title} …  {duration(time.monotonic() - started)}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
