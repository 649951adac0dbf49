from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.discord import rate_limits
from channelwright.discord.rate_limits import CALLS_PER_SECOND, MARGIN_SECONDS, RateLimits
from channelwright.endpoint.commands import TABLE
from tests.bot.crew import Crew
from tests.bot.lab import LATENCY_SECONDS, Lab
from tests.bot.outcomes import NAME, is_as_planned
from tools.fake_discord import FakeDiscord, Opening
from tools.fake_discord.server.rate_limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable

EMPTY = {"X-RateLimit-Bucket": "abc", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "2.5"}
ROUTE, OTHER = "POST guilds/channels", "PATCH guilds/channels"


def test_an_empty_bucket_delays_its_own_server_alone() -> None:
    limits = RateLimits()
    limits.note(ROUTE, "1", EMPTY, 100.0)
    assert limits.delay(ROUTE, "1", 100.0) == pytest.approx(2.5 + MARGIN_SECONDS)
    assert limits.delay(ROUTE, "2", 100.0) == 0
    assert limits.delay(ROUTE, "1", 103.0) == 0


def test_routes_of_one_bucket_wait_for_each_other() -> None:
    limits = RateLimits()
    limits.note(OTHER, "1", {**EMPTY, "X-RateLimit-Remaining": "1"}, 100.0)
    limits.note(ROUTE, "1", EMPTY, 100.0)
    assert limits.delay(OTHER, "1", 100.0) > 2


def test_what_is_left_of_a_bucket_is_used() -> None:
    limits = RateLimits()
    limits.note(ROUTE, "1", {**EMPTY, "X-RateLimit-Remaining": "3"}, 100.0)
    assert limits.delay(ROUTE, "1", 100.0) == 0


def test_a_global_refusal_stops_everything_but_answers_to_interactions() -> None:
    limits = RateLimits()
    limits.refused(ROUTE, "1", {"Retry-After": "9"}, {"retry_after": 8.2, "global": True}, 100.0)
    assert limits.delay(OTHER, "2", 100.0) == pytest.approx(9 + MARGIN_SECONDS)
    assert limits.delay("webhook PATCH", "1/token", 100.0) == 0


def test_a_refusal_counts_for_its_bucket_whatever_is_left_of_it() -> None:
    limits = RateLimits()
    limits.note(ROUTE, "1", {**EMPTY, "X-RateLimit-Remaining": "4"}, 100.0)
    limits.refused(ROUTE, "1", {}, {"retry_after": 64.57, "global": False}, 100.0)
    assert limits.delay(ROUTE, "1", 100.0) == pytest.approx(64.57 + MARGIN_SECONDS)


def test_a_worker_keeps_to_its_share_of_all_calls_and_answers_at_once() -> None:
    limits = RateLimits(0.25)
    limits.sent(ROUTE, 100.0)
    assert limits.delay(OTHER, "2", 100.0) == pytest.approx(0.25)
    assert limits.delay("webhook PATCH", "1/token", 100.0) == 0
    limits.sent("webhook PATCH", 100.2)
    assert limits.delay(ROUTE, "1", 100.25) == 0


def test_a_worker_that_met_the_limit_of_all_asks_less_often_for_a_while_and_comes_back_to_its_pace() -> None:
    limits = RateLimits(0.25)
    limits.refused(ROUTE, "1", {}, {"retry_after": 0.2, "global": True}, 100.0)
    assert limits.delay(OTHER, "2", 100.0) == pytest.approx(0.5)
    limits.sent(OTHER, 101.0)
    assert limits.delay(ROUTE, "1", 101.0) == pytest.approx(0.5)
    for _ in range(70):
        limits.note(OTHER, "2", {}, 102.0)
    limits.sent(OTHER, 103.0)
    assert limits.delay(ROUTE, "1", 103.0) == pytest.approx(0.25)


MAPPED = 5  # as many workers as the mapping allows, tests/config/test_template.py
SERVERS = 24


@pytest.mark.parametrize(
    ("limit", "interval"),
    [
        pytest.param(50, 1 / CALLS_PER_SECOND, id="as it is"),
        pytest.param(8, MAPPED / 8, id="a limit that the configuration knows"),
        pytest.param(8, 1 / CALLS_PER_SECOND, id="a limit that nobody told them of"),
    ],
)
def test_all_workers_together_keep_the_limit_that_none_of_them_can_see(limit: int, interval: float) -> None:
    refused, calls = _refused(limit, lambda: RateLimits(interval))
    assert calls > SERVERS * 18
    assert refused / calls <= 0.05


def test_workers_that_learn_nothing_would_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "SLOWER", 0.0)
    refused, calls = _refused(8, RateLimits)
    assert refused / calls > 0.2


def _refused(limit: int, limits: Callable[[], RateLimits]) -> tuple[int, int]:
    """Let every server ask for a campaign at once; return how many calls were answered 429, and how many there were."""
    fake = FakeDiscord(frozen=True, key_seed=b"seven")
    lab = Lab(fake, latency=0.0)
    fake.limits.lift()
    fake.limits.all_together = Limit(limit, 1.0)
    guilds = [fake.guild_id]
    lab.fake.gm.command("add-campaign", name=NAME)
    while len(guilds) < SERVERS:
        fake.enter_another_guild(Opening())
        fake.register(*TABLE)
        guilds.append(fake.guild_id)
        lab.fake.gm.command("add-campaign", name=NAME)
    crew = Crew(fake.clock)
    fake.gate.listeners.append(lambda _exchange: crew.sleep(LATENCY_SECONDS))

    def work() -> None:
        """Do job after job, as a process that Lambda keeps warm."""
        worker = lab.worker()
        worker = replace(worker, discord=replace(worker.discord, limits=limits()), sleep=crew.sleep)
        while lab.waiting:
            message = lab.waiting.pop(0)
            if not lab.deliver(message, worker, at_once=True):
                lab.waiting.append(message)
                crew.sleep(message.visible_at - fake.clock.now())

    crew.work(*[work] * MAPPED)
    for guild_id in guilds:
        fake.guild_id = guild_id
        assert is_as_planned(lab)
    asked = [each.status for each in fake.calls() if "webhook" not in each.operation]
    print(f"{limit} a second: {asked.count(429)} of {len(asked)} calls refused")
    return asked.count(429), len(asked)
