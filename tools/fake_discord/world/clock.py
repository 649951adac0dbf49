"""Time that a test can hold and move, and the ids that Discord derives from it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

EPOCH = 1_420_070_400
"""Discord's first second, 2015-01-01 (docs: reference, "Snowflakes")."""


class Clock:
    """Seconds since 1970. Frozen, it moves only by `advance` and `sleep`; else it runs, and can be advanced."""

    def __init__(self, *, frozen: bool = False, start: float | None = None) -> None:
        self.frozen = frozen
        self._origin = time.time() if start is None else start
        self._started = time.monotonic()
        self._shift = 0.0

    def now(self) -> float:
        running = 0.0 if self.frozen else time.monotonic() - self._started
        return self._origin + running + self._shift

    def advance(self, seconds: float) -> None:
        self._shift += seconds

    def sleep(self, seconds: float) -> None:
        """Stand in for time.sleep in code under test: no time is lost while the clock is frozen."""
        if self.frozen:
            self.advance(seconds)
        else:
            time.sleep(seconds)

    def stamp(self, moment: float | None = None) -> str:
        """Write a moment as Discord does: ISO 8601 with an offset."""
        return datetime.fromtimestamp(self.now() if moment is None else moment, UTC).isoformat()


class Snowflakes:
    """Ids that grow with time, also within one frozen millisecond."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, first_id_at(self._clock.now()))
            return str(self._last)


def first_id_at(moment: float) -> int:
    """Return the smallest id of an object made at `moment` (seconds since 1970)."""
    return int((moment - EPOCH) * 1000) << 22


def made_at(snowflake: str) -> float:
    """Return the moment at which an object was made, in seconds since 1970."""
    return (int(snowflake) >> 22) / 1000 + EPOCH
