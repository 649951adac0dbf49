"""The time that one delivery of a job has, and the waiting within it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Longer than a list was ever seen to lag behind (2 seconds), https://docs.discord.com/developers/reference#consistency.
SETTLE_SECONDS = 5.0
# For the last call to time out, for words to the user, and for handing the message back.
RESERVE_SECONDS = 20.0


class NoTimeError(Exception):
    """A wait does not fit: the job has to go on in another delivery, `seconds` later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s do not fit into the time that is left")
        self.seconds = seconds


@dataclass
class Pace:
    """A job's clock. Work ends at `deadline` (seconds since 1970); words to the user may take a little longer."""

    deadline: float
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self, seconds: float, *, last_words: bool = False) -> None:
        """Sleep, or raise NoTimeError if that would be too long; zero seconds ask whether there is time at all."""
        end = self.deadline + (RESERVE_SECONDS / 2 if last_words else 0)
        if self.now() + seconds > end:
            raise NoTimeError(seconds)
        if seconds:
            self.sleep(seconds)

    def settle(self) -> None:
        """Wait until lists show all that was done."""
        self.wait(SETTLE_SECONDS)
