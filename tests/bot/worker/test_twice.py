"""The same job twice, at once or one after the other; and the same wish twice."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab, Queued, Start
    from tests.lanes import Every


def queued(lab: Lab) -> Queued:
    """Let the GM run the command, and the worker not yet do it."""
    lab.fake.gm.command("add-campaign", name=NAME)
    return lab.waiting.pop()


@pytest.mark.parametrize("lag", [0, 4])
def test_a_second_delivery_within_any_call_of_the_first_makes_nothing_twice(
    start: Start, lag: float, every: Every
) -> None:
    for moment in every(range(1, 22)):
        lab = start()
        lab.fake.world.lag = lag
        message = queued(lab)
        second: list[bool] = []

        def interrupt(
            _: object, lab: Lab = lab, at: int = moment, second: list[bool] = second, m: Queued = message
        ) -> None:
            if len(lab.fake.calls()) >= at and not second:
                second.append(False)
                second[0] = lab.deliver(m, lab.worker(), at_once=True)

        lab.fake.gate.listeners.append(interrupt)
        while not lab.deliver(message):  # tidying up after two took longer than it had
            assert lab.handed_back
        assert second == [True], moment
        assert is_as_planned(lab), (moment, roles(lab), categories(lab))
        assert_matrix(lab)


@dataclass
class Turnstile:
    """Lets two threads take turns, call by call, as a die decides."""

    die: random.Random
    running: list[int] = field(default_factory=lambda: [0, 1])
    turn: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)
    names: dict[int, int] = field(default_factory=dict)

    def pass_on(self, _: object = None) -> None:
        me = self.names.get(threading.get_ident())
        if me is None:
            return
        with self.changed:
            self.turn = self.die.choice(self.running)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.turn == me)

    def run(self, me: int, work: Callable[[], None]) -> None:
        self.names[threading.get_ident()] = me
        with self.changed:
            self.changed.wait_for(lambda: self.turn == me)
        try:
            work()
        finally:
            with self.changed:
                self.running.remove(me)
                self.turn = self.running[0] if self.running else -1
                self.changed.notify_all()


@pytest.mark.parametrize("seed", range(24))
def test_two_workers_that_take_turns_make_one_campaign(start: Start, seed: int) -> None:
    lab = start()
    lab.fake.world.lag, lab.fake.world.lag_varies = 4 * (seed % 3) / 2, True
    message = queued(lab)
    turnstile = Turnstile(random.Random(seed))  # noqa: S311 - a die, no secret
    lab.fake.gate.listeners.append(turnstile.pass_on)
    outcomes: dict[int, bool] = {}

    def work(me: int) -> None:
        outcomes[me] = lab.deliver(message, lab.worker(), at_once=True)

    threads = [threading.Thread(target=turnstile.run, args=(me, lambda me=me: work(me))) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while not all(outcomes.values()):  # what was handed back comes again
        outcomes = {0: lab.deliver(message)}
    assert is_as_planned(lab), (roles(lab), [(each.name, each.id) for each in categories(lab)])
    assert_matrix(lab)


def test_a_job_that_is_delivered_again_after_its_success_changes_nothing(lab: Lab) -> None:
    message = queued(lab)
    assert lab.deliver(message)
    before = lab.fake.guild
    assert lab.deliver(message)
    assert lab.fake.guild == before


@pytest.mark.parametrize("name", [NAME, "curse  OF strahd"])
def test_a_second_campaign_of_a_name_is_refused_and_repair_is_offered(lab: Lab, name: str) -> None:
    lab.add()
    before = lab.fake.guild
    text = lab.text(lab.add(name))
    assert "There is a campaign **Curse of Strahd** already" in text
    assert f"<#{categories(lab)[0].id}>" in text
    assert "`/campaign doctor`" in text
    assert lab.fake.guild == before


def test_a_category_of_that_name_that_is_not_ours_is_left_alone(lab: Lab) -> None:
    text = lab.text(lab.add("Voice Channels"))
    assert "which I did not make" in text
    assert not roles(lab, "Voice Channels")


@pytest.mark.parametrize("gm", ["gm", "admin"])
@pytest.mark.parametrize("lag", [0, 2, 4])
def test_two_commands_of_a_name_at_the_same_moment_make_one_campaign(start: Start, gm: str, lag: float) -> None:
    lab = start()
    lab.fake.world.lag = lag
    first = lab.fake.gm.command("add-campaign", name=NAME)
    second = lab.fake.gm.command("add-campaign", name=NAME, gm=lab.fake.person(gm))
    lab.work()
    assert is_as_planned(lab), (roles(lab), categories(lab))
    assert "is ready" in lab.text(first)
    # The same wish twice may as well be told that it is fulfilled.
    assert "already" in lab.text(second) or (gm == "gm" and "is ready" in lab.text(second))
    assert_matrix(lab)
