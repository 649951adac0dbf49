"""What a test can find out from a fake, and do to it behind the bot's back."""

from __future__ import annotations

import pytest
import requests

from tests.tools.fake_discord.conftest import Bot, problem
from tests.tools.fake_discord.interacting import ADD, Endpoint
from tools.fake_discord import CATEGORY, CannotError, FakeDiscord, State
from tools.fake_discord.server import faults


class KilledError(BaseException):
    """The machine is gone."""


@pytest.fixture
def within() -> Bot:
    """A bot in the same process, without a socket."""
    fake = FakeDiscord(frozen=True)
    bot = Bot(fake)
    bot.session.mount(fake.api, fake.adapter())
    return bot


def test_in_process_all_is_as_over_http(within: Bot) -> None:
    made = within.made_channel("Größe")
    assert made["name"] == "größe"
    answer = within.ask("GET", f"/channels/{made['id']}")
    assert answer.headers["x-ratelimit-limit"]
    assert answer.json() == made
    assert problem(within.ask("GET", "/channels/4711")) == (404, 10003)
    assert within.ask("DELETE", f"/channels/{made['id']}/permissions/4711").status_code == 404
    within.fake.faults.on("*", faults.cloudflare())
    assert within.ask("GET", "/users/@me").text.startswith("<!DOCTYPE")
    assert within.fake.violations == within.fake.unfaithful == []


@pytest.mark.parametrize("works", [False, True])
def test_in_process_a_caller_can_be_killed_before_and_after_the_work(within: Bot, *, works: bool) -> None:
    def die() -> None:
        raise KilledError

    within.fake.faults.on("create_guild_channel", faults.running(die, works=works))
    with pytest.raises(KilledError):
        within.create_channel("made")
    assert ("made" in [each.name for each in within.fake.channels]) is works
    assert [each.fault for each in within.fake.exchanges] == ["interrupted"]
    assert within.fake.unfaithful == []


def test_in_process_silence_costs_no_time(within: Bot) -> None:
    within.fake.faults.on("create_guild_channel", faults.silent(600))
    with pytest.raises(requests.ReadTimeout):
        within.create_channel("made")
    within.fake.faults.on("create_guild_channel", faults.dropped())
    with pytest.raises(requests.ConnectionError):
        within.create_channel("other")
    assert [each.name for each in within.fake.channels if each.name in {"made", "other"}] == ["made"]


def test_what_was_open_for_a_moment_is_not_forgotten(fake: FakeDiscord, bot: Bot) -> None:
    made = bot.made_channel("gm-notes")["id"]
    bot.ask("PUT", f"/channels/{made}/permissions/{fake.guild_id}", {"type": 0, "allow": "0", "deny": "1024"})
    assert not fake.stranger.sees("gm-notes")
    assert "gm-notes" in fake.ever_seen_by(fake.stranger)
    bot.made_channel("hidden", permission_overwrites=[{"id": fake.guild_id, "type": 0, "deny": "1024"}])
    assert "hidden" not in fake.ever_seen_by(fake.stranger)
    assert "hidden" in fake.ever_seen_by(fake.admin)


def test_twins_do_not_hide_behind_each_other(fake: FakeDiscord, bot: Bot) -> None:
    twins = [bot.made_channel("Strahd", type=CATEGORY)["id"] for _ in range(2)]
    assert {"Strahd", f"Strahd ({twins[1]})"} <= set(fake.matrix())
    with pytest.raises(LookupError, match="2 are 'Strahd'"):
        fake.channel("Strahd")
    assert fake.channel(twins[0]).name == "Strahd"


def test_others_join_and_change_things(fake: FakeDiscord) -> None:
    second = fake.join("second", "Game Masters")
    assert fake.person("second") == second
    assert second.member.roles == {fake.role("Game Masters").id}
    assert fake.who_sees("general")["second"]
    with pytest.raises(LookupError, match="there is no third"):
        fake.person("third")


def test_a_command_in_both_scopes_is_offered_twice(fake: FakeDiscord, bot: Bot) -> None:
    fake.register(ADD)
    bot.ask("PUT", f"/applications/{fake.application.id}/commands", [ADD])
    assert fake.gm.offered() == ["add-campaign", "add-campaign"]
    assert fake.player.offered() == []
    with pytest.raises(CannotError):
        fake.player.command("add-campaign", name="x")


def test_a_lag_may_vary_from_call_to_call(fake: FakeDiscord, bot: Bot) -> None:
    fake.world.lag, fake.world.lag_varies = 4, True
    fake.clock.advance(60)
    bot.made_channel("late")
    fake.clock.advance(2)
    seen = {"late" in bot.list_channels() for _ in range(15)}
    assert seen == {True, False}
    fake.clock.advance(2)
    assert "late" in bot.list_channels()


def test_the_saved_endpoint_is_used_until_a_probe_fails(fake: FakeDiscord) -> None:
    fake.register(ADD)
    fake.application.interactions_endpoint_url = "http://127.0.0.1:9/"
    assert fake.gm.command("add-campaign", name="x").failure == "no answer: ConnectionError"
    assert fake.probe() == "no answer: ConnectionError"
    assert fake.application.interactions_endpoint_url is None
    fake.endpoint = Endpoint(fake.public_key)
    assert fake.gm.command("add-campaign", name="x").state is State.DEFERRED


def test_a_signature_is_made_with_the_true_time_even_if_the_clock_is_not(fake: FakeDiscord) -> None:
    import time

    fake.clock.advance(900)
    assert abs(int(fake.signer.headers(b"{}")["X-Signature-Timestamp"]) - time.time()) < 5


def test_a_fake_that_breaks_down_does_not_pass_for_a_lost_connection(within: Bot) -> None:
    within.fake.world.banned_words = None  # type: ignore[assignment]
    with pytest.raises(TypeError):
        within.create_channel()
    assert "TypeError" in within.fake.unfaithful[0].what


def test_a_request_is_checked_even_if_a_fault_strikes_it(within: Bot) -> None:
    if not within.fake.checks_openapi:
        pytest.skip("the official description is not at hand")
    within.fake.faults.on("create_guild_channel", faults.server_error(503))
    assert within.create_channel(tpoic="typo").status_code == 503
    assert [each.operation for each in within.fake.violations] == ["create_guild_channel"]


@pytest.mark.violates
def test_an_id_that_is_none_is_a_violation(fake: FakeDiscord, bot: Bot) -> None:
    assert problem(bot.ask("GET", "/channels/None")) == (400, 50035)
    assert [each.where for each in fake.violations] == ["channel_id"]
