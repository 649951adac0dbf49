"""Tells those who wait that something changed; what it was they look up themselves, so nobody can fall behind."""

from __future__ import annotations

import threading


class Bell:
    """A count of changes that can be waited for. Rung while others hold a lock, it takes none but its own."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0
        self._silent = False

    @property
    def count(self) -> int:
        return self._count

    def ring(self) -> None:
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Return the count once it is another than the one `heard`, or after so many seconds, or when it falls silent.

        A count that is larger than there have been rings was heard from an earlier bell: it differs, too.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._count != heard or self._silent, seconds)
            return self._count

    def silence(self, *, on: bool) -> None:
        """Let go of all who wait, and keep nobody waiting from now on; or wake up again."""
        with self._condition:
            self._silent = on
            self._condition.notify_all()
