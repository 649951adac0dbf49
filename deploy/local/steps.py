"""What each step of a run took, for the table at its end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..console import Console


@dataclass
class Steps:
    """What took how long."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[title] = time.monotonic() - started

    def show(self) -> None:
        self.console.table(["step", "seconds"], [[title, f"{each:.1f}"] for title, each in self.seconds.items()])
