from __future__ import annotations

import pytest

from channelwright.discord.rate_limits import MARGIN_SECONDS, RateLimits

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
