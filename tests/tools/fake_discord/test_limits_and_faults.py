"""Rate limits as a client meets them, and faults on demand."""

from __future__ import annotations

import time

import pytest
import requests

from tests.tools.fake_discord.conftest import Bot, problem
from tools.fake_discord import FakeDiscord, Limit
from tools.fake_discord.server import faults


def test_a_bucket_says_what_is_left_and_when_it_is_full_again(fake: FakeDiscord, bot: Bot) -> None:
    fake.limits.limits["list_guild_roles"] = Limit(2, 10)
    path = f"/guilds/{fake.guild_id}/roles"
    one, two, three = (bot.ask("GET", path) for _ in range(3))
    assert [each.headers["X-RateLimit-Remaining"] for each in (one, two, three)] == ["1", "0", "0"]
    assert two.headers["X-RateLimit-Reset-After"] == "10.000"
    assert len({each.headers["X-RateLimit-Bucket"] for each in (one, two, three)}) == 1
    assert three.json() == {"message": "You are being rate limited.", "retry_after": 5.0, "global": False, "code": 0}
    assert (three.headers["Retry-After"], three.headers["X-RateLimit-Scope"]) == ("5", "user")
    fake.clock.advance(5)
    assert [bot.ask("GET", path).status_code for _ in range(2)] == [200, 429]


def test_a_window_gives_all_its_slots_back_at_once(fake: FakeDiscord, bot: Bot) -> None:
    fake.limits.limits["list_guild_roles"] = Limit(2, 10, leaks=False)
    path = f"/guilds/{fake.guild_id}/roles"
    assert [bot.ask("GET", path).status_code for _ in range(3)] == [200, 200, 429]
    fake.clock.advance(9)
    assert bot.ask("GET", path).json()["retry_after"] == 1.0
    fake.clock.advance(1)
    assert [bot.ask("GET", path).status_code for _ in range(3)] == [200, 200, 429]


def test_the_global_limit_stops_bot_routes_but_no_interactions(fake: FakeDiscord, bot: Bot) -> None:
    fake.limits.all_together = Limit(1, 1)
    assert bot.ask("GET", "/users/@me").status_code == 200
    refused = bot.ask("GET", "/users/@me")
    assert refused.json()["global"] is True
    assert (refused.headers["X-RateLimit-Global"], refused.headers["X-RateLimit-Scope"]) == ("true", "global")
    assert bot.ask("GET", f"/webhooks/{fake.application.id}/tok/messages/@original").status_code == 401


def test_a_limited_call_did_nothing(fake: FakeDiscord, bot: Bot) -> None:
    fake.faults.on("create_guild_role", faults.rate_limited(64.5, "shared"))
    refused = bot.create_role(name="Players")
    assert (refused.status_code, refused.json()["retry_after"]) == (429, 64.5)
    assert fake.limits.invalid_calls == 0
    assert "Players" not in [role.name for role in fake.roles]


@pytest.mark.parametrize(
    ("fault", "made"),
    [(faults.lost_answer(), True), (faults.dropped(), False), (faults.silent(0.4), True)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_an_answer_that_never_comes_does_not_tell_what_was_done(
    fake: FakeDiscord, bot: Bot, fault: faults.Fault, *, made: bool
) -> None:
    fake.faults.on("create_guild_channel", fault)
    with pytest.raises(requests.ConnectionError if not fault.wait else requests.Timeout):
        bot.ask("POST", f"/guilds/{fake.guild_id}/channels", {"name": "maybe"}, timeout=0.2)
    assert ("maybe" in [each.name for each in fake.channels]) is made
    fake.wait_until(lambda: fake.calls("create_guild_channel"))
    assert (fake.calls()[0].status, fake.calls()[0].fault) == (0, fault.name)


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("works", [False, True])
def test_a_server_error_comes_before_or_after_the_work(
    fake: FakeDiscord, bot: Bot, status: int, *, works: bool
) -> None:
    fake.faults.on("create_guild_channel", faults.server_error(status, works=works))
    assert bot.create_channel("maybe").status_code == status
    assert ("maybe" in [each.name for each in fake.channels]) is works


def test_a_fault_strikes_the_call_that_it_was_planned_for(fake: FakeDiscord, bot: Bot) -> None:
    fake.faults.on("create_guild_channel", faults.refused(50013), call=2, times=2)
    fake.faults.on("*", faults.refused(10003), call=5)
    assert [bot.create_channel().status_code for _ in range(4)] == [201, 403, 403, 201]
    assert problem(bot.ask("GET", "/users/@me")) == (404, 10003)
    assert [(each.operation, each.call) for each in fake.faults.happened] == [
        ("create_guild_channel", 2),
        ("create_guild_channel", 3),
        ("get_my_user", 5),
    ]


def test_a_fault_that_never_struck_is_outstanding(fake: FakeDiscord) -> None:
    fake.faults.on("delete_channel", faults.dropped(), call=3)
    assert fake.faults.outstanding == 1
    fake.faults.clear()
    with pytest.raises(ValueError, match="no operation delete_chanel"):
        fake.faults.on("delete_chanel", faults.dropped())


def test_half_a_document_comes_after_the_work(fake: FakeDiscord, bot: Bot) -> None:
    fake.faults.on("create_guild_channel", faults.garbled())
    with pytest.raises(requests.JSONDecodeError):
        bot.create_channel("made").json()
    assert "made" in [each.name for each in fake.channels]


def test_cloudflare_answers_in_html_without_via(fake: FakeDiscord, bot: Bot) -> None:
    fake.faults.on("*", faults.cloudflare())
    answer = bot.ask("GET", "/users/@me")
    assert (answer.status_code, answer.headers.get("Via")) == (429, None)
    assert answer.text.startswith("<!DOCTYPE html>")


def test_something_can_happen_in_the_middle_of_a_call(fake: FakeDiscord, bot: Bot) -> None:
    seen: list[int] = []
    fake.faults.on("create_guild_channel", faults.running(lambda: seen.append(len(fake.channels)), works=True))
    before = len(fake.channels)
    with pytest.raises(requests.ConnectionError):
        bot.create_channel()
    assert seen == [before + 1]


def test_a_slow_answer_is_the_true_one(fake: FakeDiscord, bot: Bot) -> None:
    fake.faults.on("get_my_user", faults.slow(0.2))
    started = time.monotonic()
    assert bot.ask("GET", "/users/@me").json()["id"] == fake.bot.id
    assert time.monotonic() - started >= 0.2
