"""Messages in channels: once per nonce, within their limits, for those who may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.fake_discord.conftest import Bot, problem
from tests.tools.fake_discord.interacting import buttons
from tools.fake_discord import CATEGORY, FORUM, VOICE, FakeDiscord, Permission


def send(bot: Bot, channel: str = "general", **body: Any) -> Any:
    return bot.ask("POST", f"/channels/{bot.fake.channel(channel).id}/messages", body)


def test_a_nonce_makes_one_message_of_two_calls(fake: FakeDiscord, bot: Bot) -> None:
    sent = [send(bot, content="summary", nonce="1289", enforce_nonce=True).json()["id"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert len(fake.messages) == 1
    assert fake.channel("general").last_message_id == sent[0]
    send(bot, content="summary", nonce="1289")
    fake.clock.advance(600)
    send(bot, content="summary", nonce="1289", enforce_nonce=True)
    assert len(fake.messages) == 3


def test_a_message_goes_where_messages_go(bot: Bot) -> None:
    bot.made_channel("C", type=CATEGORY)
    bot.made_channel("lore", type=FORUM)
    bot.made_channel("table", type=VOICE)
    assert [problem(send(bot, name, content="x")) for name in ("C", "lore")] == [(400, 50008)] * 2
    assert send(bot, "table", content="x").status_code == 200
    assert problem(bot.ask("POST", "/channels/4711/messages", {"content": "x"})) == (404, 10003)


def test_a_bot_that_may_not_send_cannot(fake: FakeDiscord, bot: Bot) -> None:
    fake.set_role_permissions("@everyone", Permission.VIEW_CHANNEL)
    fake.set_role_permissions("Channelwright", Permission.MANAGE_CHANNELS)
    assert problem(send(bot, content="x")) == (403, 50013)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"embeds": [{"description": "x" * 4096}, {"description": "x" * 1905}]}, "embeds"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds"),
        ({"content": "x", "components": buttons("a", "a")}, "components"),
        ({"content": "x", "components": buttons("x" * 81)}, "components"),
        ({"content": "x", "components": buttons(*"abcdef")}, "components"),
        ({"content": "x", "components": buttons("a")[0]["components"]}, "components"),
        ({"content": "x", "nonce": "x" * 26}, "nonce"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
    ],
)
@pytest.mark.violates
def test_a_message_has_limits(bot: Bot, body: Any, field: str) -> None:
    answer = send(bot, **body)
    assert problem(answer) == (400, 50035)
    assert list(answer.json()["errors"]) == [field]


def test_an_empty_message_is_none(bot: Bot) -> None:
    nothing: list[dict[str, Any]] = [{}, {"content": ""}, {"embeds": []}]
    for body in nothing:
        assert problem(send(bot, **body)) == (400, 50006)


def test_a_message_in_a_channel_is_for_all_of_it(fake: FakeDiscord, bot: Bot) -> None:
    assert send(bot, content="x", flags=64).json()["flags"] == 0
    assert len(fake.player.reads("general")) == 1


def test_own_messages_are_edited_and_deleted(fake: FakeDiscord, bot: Bot) -> None:
    made = send(bot, content="one").json()
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    assert bot.ask("PATCH", path, {"content": "two"}).json()["edited_timestamp"]
    assert bot.ask("GET", path).json()["content"] == "two"
    assert [each["content"] for each in bot.ask("GET", path.rpartition("/")[0]).json()] == ["two"]
    assert bot.ask("DELETE", path).status_code == 204
    assert fake.messages == []
    assert problem(bot.ask("GET", path)) == (404, 10008)


def test_a_message_of_the_bot_pings_everyone_unless_told_not_to(fake: FakeDiscord, bot: Bot) -> None:
    assert send(bot, content="@everyone").json()["mention_everyone"] is True
    assert send(bot, content="@everyone", allowed_mentions={"parse": []}).json()["mention_everyone"] is False
    listed = {"parse": [], "users": [fake.gm.id]}
    pinged = send(bot, content=f"<@{fake.gm.id}> <@{fake.player.id}>", allowed_mentions=listed).json()["mentions"]
    assert [each["username"] for each in pinged] == ["gm"]


def test_messages_are_read_by_those_who_see_the_channel(fake: FakeDiscord, bot: Bot) -> None:
    bot.made_channel(
        "secret",
        permission_overwrites=[
            {"id": fake.guild_id, "type": 0, "deny": "1024"},
            {"id": fake.bot.id, "type": 1, "allow": "1024"},
        ],
    )
    send(bot, "secret", content="x")
    assert len(fake.admin.reads("secret")) == 1
    assert fake.player.reads("secret") == []
