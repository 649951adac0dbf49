"""Buttons, choices and forms, and what the client lets nobody do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.fake_discord.conftest import Bot, problem
from tests.tools.fake_discord.interacting import DEFERRED, Endpoint, buttons, say
from tests.tools.fake_discord.replies import original
from tools.fake_discord import CATEGORY, CannotError, FakeDiscord, Permission, State


def test_a_button_updates_its_message(fake: FakeDiscord, endpoint: Endpoint) -> None:
    endpoint.replies = [
        say("Really?", ephemeral=True, components=buttons("Delete", "Keep")),
        {"type": 7, "data": {"content": "Kept.", "components": []}},
    ]
    asked = fake.gm.command("delete-campaign", campaign=fake.channel("Text Channels"))
    pressed = fake.gm.press(asked, "Keep")
    assert endpoint.received[1]["data"]["custom_id"] == "id:Keep"
    assert endpoint.received[1]["message"]["id"] == asked.message_id
    message = fake.message_of(pressed)
    assert message is not None
    assert (message.content, message.buttons, message.is_ephemeral) == ("Kept.", (), True)
    with pytest.raises(CannotError, match="there is no 'Delete'"):
        fake.gm.press(asked, "Delete")


def test_nobody_else_can_press_a_button_that_is_not_shown_to_them(fake: FakeDiscord, endpoint: Endpoint) -> None:
    endpoint.replies = [say("Really?", ephemeral=True, components=buttons("Delete"))]
    asked = fake.gm.command("delete-campaign", campaign=fake.channel("Text Channels"))
    with pytest.raises(CannotError, match="does not see"):
        fake.admin.press(asked, "Delete")


def test_a_deferred_update_leaves_the_message_as_it_is(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    endpoint.replies = [say("Go?", components=buttons("Go")), {"type": 6}]
    asked = fake.gm.command("add-campaign", name="x")
    pressed = fake.player.press(asked, "Go")
    assert (pressed.state, pressed.message_id) == (State.DEFERRED, asked.message_id)
    assert bot.ask("PATCH", original(fake, pressed), {"content": "Gone."}).status_code == 200
    assert [each.content for each in fake.gm.reads("general")] == ["Gone."]


def test_autocomplete_offers_choices(fake: FakeDiscord, endpoint: Endpoint) -> None:
    choices = [{"name": "Curse of Strahd", "value": "1"}]
    endpoint.replies = [{"type": 8, "data": {"choices": choices}}]
    typed = fake.gm.type_in("campaign archive", "name", "Cur")
    assert typed.choices == tuple(choices)
    assert endpoint.received[0]["data"]["options"] == [
        {"name": "archive", "type": 1, "options": [{"name": "name", "type": 3, "value": "Cur", "focused": True}]}
    ]
    endpoint.replies = [DEFERRED]
    assert fake.gm.type_in("campaign archive", "name", "Cur").state is State.DEAD


def test_a_form_opens_and_is_sent_off(fake: FakeDiscord, endpoint: Endpoint) -> None:
    line = {"type": 4, "custom_id": "typed", "label": "Name", "style": 1}
    form = {"title": "Type its name", "custom_id": "form", "components": [{"type": 1, "components": [line]}]}
    endpoint.replies = [{"type": 9, "data": form}, say("ok")]
    opened = fake.gm.command("add-campaign", name="x")
    sent = fake.gm.submit(opened, typed="Curse of Strahd")
    assert endpoint.received[1]["type"] == 5
    assert endpoint.received[1]["data"]["components"][0]["components"][0]["value"] == "Curse of Strahd"
    assert sent.state is State.ANSWERED


def test_the_client_lets_nobody_do_what_discord_would_not(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    bot.made_channel("private", permission_overwrites=[{"id": fake.guild_id, "type": 0, "deny": "1024"}])
    fake.set_role_permissions("@everyone", fake.role("@everyone").permissions | Permission.MANAGE_CHANNELS)
    attempts: list[tuple[Any, str]] = [
        (lambda: fake.player.command("add-campaign", name="x"), "not offered"),
        (lambda: fake.gm.command("add-campaign"), "required options"),
        (lambda: fake.gm.command("add-campaign", nmae="x"), "no options"),
        (lambda: fake.gm.command("add-campaign", name="x" * 81), "0 to 80 characters"),
        (lambda: fake.gm.command("add-campaign", name=7), "cannot be 7"),
        (lambda: fake.gm.command("remove-everything"), "not registered"),
        (lambda: fake.gm.command("campaign"), "not complete"),
        (lambda: fake.gm.command("campaign restore"), "no subcommand"),
        (lambda: fake.gm.command("delete-campaign", campaign=fake.channel("general")), "channel of type 0"),
        (lambda: fake.gm.command("add-campaign", within="private", name="x"), "cannot use commands"),
    ]
    for attempt, why in attempts:
        with pytest.raises(CannotError, match=why):
            attempt()
    assert endpoint.received == []
    assert fake.channel("Text Channels").type == CATEGORY


def test_components_v2_and_content_do_not_mix(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    interaction = fake.gm.command("add-campaign", name="x")
    text = {"flags": 1 << 15, "components": [{"type": 10, "content": "hello"}]}
    assert problem(bot.ask("PATCH", original(fake, interaction), {**text, "content": "x"})) == (400, 50035)
    assert bot.ask("PATCH", original(fake, interaction), text).json()["flags"] & (1 << 15)
    assert problem(bot.ask("PATCH", original(fake, interaction), {"content": "back"})) == (400, 50035)
    assert endpoint.received
