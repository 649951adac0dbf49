"""Several workers at once on the fake's clock: one runs at a time, and time passes while all of them sleep."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fake_discord.world.clock import Clock


@dataclass
class Crew:
    """`wakes` is when each thread goes on, in seconds since 1970: the next of them always has its turn."""

    clock: Clock
    wakes: dict[int, float] = field(default_factory=dict)
    turn: int = -1
    changed: threading.Condition = field(default_factory=threading.Condition)
    numbers: dict[int, int] = field(default_factory=dict)

    def sleep(self, seconds: float) -> None:
        """Be away for a while, as a thread of the crew; others pass through."""
        me = self.numbers.get(threading.get_ident())
        if me is None:
            return
        with self.changed:
            self.wakes[me] = self.clock.now() + seconds
            self._pass_on()
            self.changed.wait_for(lambda: self.turn == me)

    def work(self, *works: Callable[[], None]) -> None:
        """Let each of these be done by a thread of its own; raise what any of them raises."""
        failures: list[BaseException] = []
        self.wakes = dict.fromkeys(range(len(works)), self.clock.now())
        threads = [threading.Thread(target=self._run, args=(at, each, failures)) for at, each in enumerate(works)]
        for thread in threads:
            thread.start()
        with self.changed:
            self._pass_on()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _run(self, me: int, work: Callable[[], None], failures: list[BaseException]) -> None:
        self.numbers[threading.get_ident()] = me
        with self.changed:
            self.changed.wait_for(lambda: self.turn == me)
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - it is raised again where the crew was called
            failures.append(failure)
        with self.changed:
            del self.wakes[me]
            self._pass_on()

    def _pass_on(self) -> None:
        if self.wakes:
            self.turn = min(self.wakes, key=lambda each: (self.wakes[each], each))
            self.clock.advance(max(0.0, self.wakes[self.turn] - self.clock.now()))
        self.changed.notify_all()
