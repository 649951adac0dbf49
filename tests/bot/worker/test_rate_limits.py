from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.discord.rate_limits import MARGIN_SECONDS, RateLimits
from tests.bot.lab import FUNCTION_SECONDS, Context, Lab
from tests.bot.outcomes import is_as_planned
from tools.fake_discord import FakeDiscord
from tools.fake_discord.server.rate_limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Queued

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


def test_all_workers_together_keep_the_limit_that_none_of_them_can_see() -> None:
    assert _refused(4, RateLimits) > 0.1
    assert _refused(4, lambda: RateLimits(4 / 25)) <= 0.05


def _refused(workers: int, limits: Callable[[], RateLimits]) -> float:
    """Let workers make campaigns side by side, and return the share of their calls that were answered 429."""
    lab = Lab(FakeDiscord(key_seed=b"seven"), latency=0.0)
    lab.fake.limits.lift()
    lab.fake.limits.all_together = Limit(5, 0.2)
    for number in range(workers):
        lab.fake.gm.command("add-campaign", name=f"Campaign {number}")
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(_work, lab, each, limits()) for each in lab.waiting]:
            done.result()
    assert all(is_as_planned(lab, f"Campaign {number}") for number in range(workers))
    asked = [each.status for each in lab.fake.calls() if "webhook" not in each.operation]
    return asked.count(429) / len(asked)


def _work(lab: Lab, message: Queued, limits: RateLimits) -> None:
    worker = lab.worker()
    worker = replace(worker, discord=replace(worker.discord, limits=limits))
    message.count = 1
    context = Context(lab.fake.clock.now() + FUNCTION_SECONDS, lab.fake.clock.now)
    assert worker({"Records": [message.record]}, context) == {"batchItemFailures": []}
