"""Interactions from the member's click to the bot's last word, in every state that Discord knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tools.fake_discord.conftest import Bot, problem
from tests.tools.fake_discord.interacting import ADD, Endpoint, say
from tests.tools.fake_discord.replies import original
from tools.fake_discord import FakeDiscord, Reply, State

if TYPE_CHECKING:
    import requests


def test_a_command_arrives_signed_and_complete(fake: FakeDiscord, endpoint: Endpoint) -> None:
    interaction = fake.gm.command("add-campaign", name="Curse of Strahd", gm=fake.player)
    (payload,) = endpoint.received
    assert payload["data"]["options"] == [
        {"name": "name", "type": 3, "value": "Curse of Strahd"},
        {"name": "gm", "type": 6, "value": fake.player.id},
    ]
    assert payload["data"]["resolved"]["users"][fake.player.id]["username"] == "player"
    assert set(payload["data"]["resolved"]["members"][fake.player.id]) >= {"roles", "permissions", "joined_at"}
    assert payload["member"]["user"]["id"] == fake.gm.id
    assert int(payload["member"]["permissions"]) & (1 << 28)
    assert payload["app_permissions"] == str(int(fake.bot.permissions_in("general")))
    assert (payload["guild_id"], payload["channel_id"]) == (fake.guild_id, fake.channel("general").id)
    assert payload["application_id"] == fake.application.id
    assert interaction.state is State.DEFERRED
    assert int(interaction.id) > int(fake.channel("general").id)


def test_a_deferred_reply_becomes_the_answer(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    interaction = fake.gm.command("add-campaign", name="x")
    thinking = fake.message_of(interaction)
    assert thinking is not None
    assert thinking.is_loading
    assert bot.ask("PATCH", original(fake, interaction), {"content": "done"}).json()["content"] == "done"
    message = fake.message_of(interaction)
    assert message is not None
    assert (message.content, message.is_loading, interaction.state) == ("done", False, State.ANSWERED)
    bot.ask("PATCH", original(fake, interaction), {"content": "done", "flags": 4 | 64})
    assert [each.flags for each in fake.player.reads("general")] == [4]
    assert len(endpoint.received) == 1


def test_an_ephemeral_reply_is_for_one_member_alone_and_stays_so(
    fake: FakeDiscord, endpoint: Endpoint, bot: Bot
) -> None:
    endpoint.replies = [{"type": 5, "data": {"flags": 64}}]
    interaction = fake.gm.command("add-campaign", name="x")
    bot.ask("PATCH", original(fake, interaction), {"content": "secret", "flags": 4})
    assert [each.content for each in fake.gm.reads("general")] == ["secret"]
    assert fake.owner.reads("general") == []
    assert bot.ask("GET", f"/channels/{interaction.channel_id}/messages").json() == []


def test_before_the_reply_has_been_read_the_webhook_is_unknown(fake: FakeDiscord, bot: Bot) -> None:
    fake.register(ADD)
    answers: list[requests.Response] = []

    def hasty(_body: bytes, _headers: Any) -> Reply:
        (interaction,) = fake.interactions
        answers.append(bot.ask("PATCH", original(fake, interaction), {"content": "too early"}))
        return Reply(200, b'{"type": 5}')

    fake.endpoint = hasty
    interaction = fake.gm.command("add-campaign", name="x")
    assert problem(answers[0]) == (404, 10015)
    assert bot.ask("PATCH", original(fake, interaction), {"content": "in time"}).status_code == 200


def test_a_token_works_for_fifteen_minutes(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    interaction = fake.gm.command("add-campaign", name="x")
    fake.clock.advance(900)
    assert bot.ask("PATCH", original(fake, interaction), {"content": "just"}).status_code == 200
    fake.clock.advance(1)
    assert problem(bot.ask("PATCH", original(fake, interaction), {"content": "late"})) == (401, 50027)
    assert problem(bot.ask("GET", f"/webhooks/{fake.application.id}/nonsense/messages/@original")) == (401, 50027)
    assert endpoint.received


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(500, b""), "the endpoint answered 500"),
        (Reply(0, failure="no answer: ReadTimeout"), "no answer: ReadTimeout"),
        (Reply(200, b"<html>"), "the reply cannot be used"),
        ({"type": 8, "data": {"choices": []}}, "the reply cannot be used"),
        ({"type": 5, "data": {"content": "hm"}}, "the reply cannot be used"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "the reply cannot be used"),
        ({"type": 4, "data": {}}, "the reply cannot be used"),
    ],
)
@pytest.mark.violates
def test_what_discord_cannot_use_is_no_response(
    fake: FakeDiscord, endpoint: Endpoint, bot: Bot, reply: Any, failure: str
) -> None:
    endpoint.replies = [reply]
    interaction = fake.gm.command("add-campaign", name="x")
    assert interaction.state is State.DEAD
    assert interaction.failure.startswith(failure)
    assert problem(bot.ask("PATCH", original(fake, interaction), {"content": "x"})) == (404, 10015)
    assert fake.messages == []


def test_the_callback_route_takes_one_reply(fake: FakeDiscord, bot: Bot) -> None:
    fake.register(ADD)
    statuses = []

    def by_callback(_body: bytes, _headers: Any) -> Reply:
        (interaction,) = fake.interactions
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        statuses.append(bot.ask("POST", path + "?with_response=true", say("hello")))
        statuses.append(bot.ask("POST", path, say("again")))
        return Reply(202)

    fake.endpoint = by_callback
    interaction = fake.gm.command("add-campaign", name="x")
    assert statuses[0].json()["resource"]["message"]["content"] == "hello"
    assert problem(statuses[1]) == (400, 40060)
    assert interaction.state is State.ANSWERED
    assert problem(bot.ask("POST", "/interactions/1/tok/callback", say("x"))) == (404, 10062)


def test_the_first_followup_takes_the_place_of_a_deferred_reply(
    fake: FakeDiscord, endpoint: Endpoint, bot: Bot
) -> None:
    interaction = fake.gm.command("add-campaign", name="x")
    path = f"/webhooks/{fake.application.id}/{interaction.token}"
    first = bot.ask("POST", path, {"content": "one"}).json()
    second = bot.ask("POST", path, {"content": "two", "flags": 64}).json()
    assert first["id"] == interaction.message_id
    assert [each.content for each in fake.gm.reads("general")] == ["one", "two"]
    assert [each.content for each in fake.player.reads("general")] == ["one"]
    assert bot.ask("PATCH", f"{path}/messages/{second['id']}", {"content": "2"}).json()["content"] == "2"
    assert bot.ask("DELETE", f"{path}/messages/{second['id']}").status_code == 204
    assert problem(bot.ask("GET", f"{path}/messages/{second['id']}")) == (404, 10008)
    assert endpoint.received


def test_with_its_channel_goes_the_message(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    made = bot.made_channel("short-lived")
    interaction = fake.gm.command("add-campaign", within="short-lived", name="x")
    bot.ask("DELETE", f"/channels/{made['id']}")
    assert problem(bot.ask("PATCH", original(fake, interaction), {"content": "x"})) == (404, 10008)
    assert endpoint.received[0]["channel_id"] == made["id"]


def test_a_campaign_name_pings_nobody_when_mentions_are_off(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    loud = f"@everyone <@{fake.player.id}> <@&{fake.role('Game Masters').id}>"
    answers = []
    rules: list[dict[str, Any]] = [{}, {"allowed_mentions": {"parse": []}}]
    for allowed in rules:
        interaction = fake.gm.command("add-campaign", name="x")
        answers.append(bot.ask("PATCH", original(fake, interaction), {"content": loud, **allowed}).json())
    assert [[user["username"] for user in each["mentions"]] for each in answers] == [["player"], []]
    assert not any(each["mention_everyone"] or each["mention_roles"] for each in answers)
    assert endpoint.received


def test_a_redelivered_interaction_is_the_same_to_the_byte_and_changes_nothing(
    fake: FakeDiscord, endpoint: Endpoint
) -> None:
    interaction = fake.gm.command("add-campaign", name="x")
    fake.redeliver(interaction)
    assert endpoint.received[0] == endpoint.received[1]
    assert len(fake.messages) == 1


def test_the_probe_wants_pong_and_401(fake: FakeDiscord, endpoint: Endpoint) -> None:
    assert fake.probe() == ""
    assert [each.status for each in fake.exchanges if each.operation == "probe"] == [401, 200]
    fake.endpoint = lambda _body, _headers: Reply(200, b'{"type": 1}')
    assert fake.probe() == "a badly signed request was answered with 200, not 401"
    fake.endpoint = lambda _body, _headers: Reply(401)
    assert fake.probe() == "a PING was answered with 401, not PONG"
    assert len(endpoint.received) == 1


def test_no_token_of_an_interaction_is_kept_in_the_record(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    interaction = fake.gm.command("add-campaign", name="x")
    bot.ask("PATCH", original(fake, interaction), {"content": "x"})
    assert [each.towards for each in fake.exchanges] == ["bot", "discord"]
    assert interaction.token not in str(fake.exchanges)
    assert fake.exchanges[0].asked["token"] == "…"
    assert endpoint.received[0]["token"] == interaction.token
