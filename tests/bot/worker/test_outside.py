"""The worker's doors: Discord over real HTTP, the token's parameter, and the queue that takes a message back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.discord.bot_token import BotToken, NoTokenError
from channelwright.discord.discord_api import BlockedError, Discord, NoAnswerError, RefusedError, UnsureError
from channelwright.discord.pace import NoTimeError, Pace
from channelwright.worker.redelivery import Visibility
from tools.fake_discord import FakeDiscord
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bot.conftest import FakeSqs

PARAMETER = "/channelwright/dev/discord-token"


@pytest.fixture
def fake() -> Iterator[FakeDiscord]:
    with FakeDiscord().serving() as fake:
        yield fake
    assert fake.violations == []


@pytest.fixture
def discord(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> Iterator[Discord]:
    monkeypatch.setattr("channelwright.discord.discord_api.TIMEOUTS", (1, 0.3))
    monkeypatch.setattr("channelwright.discord.discord_api.PAUSES", (0.01, 0.01))
    token = BotToken(lambda: fake.application.token)
    discord = Discord(fake.api, token, Pace(time.time() + 30), "Channelwright: Zoë asks")
    yield discord
    discord.session.close()


def channels(fake: FakeDiscord) -> str:
    return f"/guilds/{fake.guild_id}/channels"


def test_what_is_read_is_asked_for_again_until_it_is_there(discord: Discord, fake: FakeDiscord) -> None:
    fake.faults.on("list_guild_channels", faults.silent(0.5))
    fake.faults.on("list_guild_channels", faults.garbled(), call=2)
    assert len(discord.get(channels(fake))) == 6
    fake.wait_until(lambda: len(fake.calls("list_guild_channels")) == 3)


def test_what_is_read_in_vain_is_no_answer(discord: Discord, fake: FakeDiscord) -> None:
    fake.faults.on("list_guild_channels", faults.dropped(), times=9)
    with pytest.raises(NoAnswerError):
        discord.get(channels(fake))
    assert len(fake.calls("list_guild_channels")) == 3


@pytest.mark.parametrize(
    "fault", [faults.silent(0.5), faults.lost_answer(), faults.garbled(), faults.server_error(502)]
)
def test_what_is_created_is_never_repeated_blindly(discord: Discord, fake: FakeDiscord, fault: faults.Fault) -> None:
    fake.faults.on("create_guild_channel", fault)
    with pytest.raises(UnsureError):
        discord.create(channels(fake), {"name": "a-channel"})
    fake.wait_until(lambda: fake.calls("create_guild_channel"))
    assert len(fake.calls("create_guild_channel")) == 1


def test_a_refusal_keeps_its_code_and_the_fields_it_is_about(discord: Discord, fake: FakeDiscord) -> None:
    with pytest.raises(RefusedError) as refusal:
        discord.create(channels(fake), {"name": "a-channel", "parent_id": "1"})
    assert (refusal.value.status, refusal.value.code) == (400, 50035)
    assert refusal.value.at("parent_id") == ["CHANNEL_PARENT_INVALID"]
    assert refusal.value.at("name") == []


@pytest.mark.parametrize("status", [403, 429])
def test_cloudflare_stops_everything(discord: Discord, fake: FakeDiscord, status: int) -> None:
    fake.faults.on("list_guild_channels", faults.cloudflare(status))
    with pytest.raises(BlockedError):
        discord.get(channels(fake))
    assert len(fake.calls()) == 1


def test_a_long_wait_is_not_begun(discord: Discord, fake: FakeDiscord) -> None:
    fake.faults.on("list_guild_channels", faults.rate_limited(1000))
    with pytest.raises(NoTimeError) as wait:
        discord.get(channels(fake))
    assert 999 < wait.value.seconds < 1002
    assert len(fake.calls()) == 1


def test_the_reason_reaches_the_audit_log_as_it_was_written(discord: Discord, fake: FakeDiscord) -> None:
    discord.create(channels(fake), {"name": "a-channel"})
    assert fake.audit_log[-1].reason == "Channelwright: Zoë asks"


def test_deleting_what_is_gone_is_no_failure(discord: Discord, fake: FakeDiscord) -> None:
    made = discord.create(channels(fake), {"name": "a-channel"})["id"]
    assert discord.delete(f"/channels/{made}")
    assert not discord.delete(f"/channels/{made}")


def test_the_token_is_read_from_its_parameter_once(sqs: FakeSqs) -> None:
    sqs.parameters[PARAMETER] = " s3cret\n"
    token = BotToken.from_parameter(PARAMETER, "eu-central-1")
    sqs.parameters[PARAMETER] = "newer"
    assert token.value() == "s3cret"
    token.forget()
    assert token.value() == "newer"


def test_a_token_that_cannot_be_read_leaves_the_start_alone_and_stops_the_job(
    sqs: FakeSqs, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    sqs.url += "/"
    token = BotToken.from_parameter("/other", "eu-central-1")
    assert [line["event"] for line in logged()] == ["no token yet"]
    with pytest.raises(NoTokenError, match="/other"):
        token.value()


def test_a_message_is_handed_back_for_so_many_seconds(sqs: FakeSqs) -> None:
    Visibility("https://sqs/jobs.fifo", "eu-central-1")("receipt", 12.2)
    [request] = sqs.handed_back
    assert request == {"QueueUrl": "https://sqs/jobs.fifo", "ReceiptHandle": "receipt", "VisibilityTimeout": 13}


def test_the_queue_and_the_worker_agree_how_often_a_message_comes() -> None:
    from pathlib import Path

    from channelwright.worker.redelivery import MAX_DELIVERIES

    template = Path(__file__).parents[3] / "config/template.yaml"
    assert f"maxReceiveCount: {MAX_DELIVERIES}\n" in template.read_text()
