"""Running commands, pressing, choosing and filling in, with every kind of option and component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.tools.fake_discord.interacting import CAMPAIGN, Endpoint, buttons, say
from tools.fake_discord import Reply

if TYPE_CHECKING:
    from tests.tools.fake_discord.page.theatre import Theatre

pytestmark = pytest.mark.browser

TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(3, 11)


def option(kind: int, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": f"About {name}", **more}


EVERY = {
    "name": "every",
    "description": "Has every kind of option",
    "options": [
        option(TEXT, "text", required=True, max_length=20),
        option(INTEGER, "count", min_value=1, max_value=9),
        option(NUMBER, "ratio"),
        option(BOOLEAN, "flag"),
        option(USER, "who"),
        option(CHANNEL, "where", channel_types=[2]),
        option(ROLE, "role"),
        option(MENTIONABLE, "either"),
        option(TEXT, "choice", choices=[{"name": "First", "value": "1"}, {"name": "Second", "value": "2"}]),
    ],
}
PLAIN = {"name": "plain", "description": "Has no options"}


def sent(endpoint: Endpoint) -> dict[str, Any]:
    """Return the options of the last command as the bot got them."""
    return {each["name"]: each["value"] for each in endpoint.received[-1]["data"]["options"]}


def test_every_kind_of_option_reaches_the_bot_as_its_own_type(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [say("done")]
    stage.fake.register(EVERY)
    stage.look()
    expect(stage.page.locator("#option-where option")).to_have_text(["not given", "Lounge (voice)"])
    values = {"text": "@gm #general", "count": "3", "ratio": "0.5", "flag": "no", "who": "player"}
    more = {"where": "Lounge (voice)", "role": "Admins", "either": "Game Masters", "choice": "Second"}
    stage.run("every", **values, **more)
    expect(stage.messages).to_have_count(1)
    fake = stage.fake
    assert sent(endpoint) == {
        "text": "@gm #general",
        "count": 3,
        "ratio": 0.5,
        "flag": False,
        "who": fake.player.id,
        "where": fake.channel("Lounge").id,
        "role": fake.role("Admins").id,
        "either": fake.role("Game Masters").id,
        "choice": "2",
    }


def test_what_is_left_out_is_not_sent_and_what_is_required_must_be_there(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [say("done")]
    stage.fake.register(EVERY)
    stage.look()
    stage.run("every")
    expect(stage.page.locator("#option-text:invalid")).to_be_focused()
    stage.run("every", count="12", text="x")
    expect(stage.page.locator("#option-count:invalid")).to_be_focused()
    stage.run("every", count="", text="x")
    expect(stage.messages).to_have_count(1)
    assert sent(endpoint) == {"text": "x"}


def test_what_is_being_typed_survives_what_happens_meanwhile(stage: Theatre) -> None:
    stage.fake.register(EVERY)
    stage.look()
    stage.fill("every", text="half a sen", who="player")
    stage.page.locator("#option-text").focus()
    stage.fake.join("newcomer")
    expect(stage.page.locator("#option-who")).to_contain_text("newcomer")
    expect(stage.page.locator("#option-text")).to_have_value("half a sen")
    expect(stage.page.locator("#option-text")).to_be_focused()
    expect(stage.page.locator("#option-who")).to_have_value(stage.fake.player.id)


def test_an_option_with_autocomplete_offers_what_the_bot_suggests(stage: Theatre, endpoint: Endpoint) -> None:
    choices = [{"name": "Curse of Strahd", "value": "id:1"}, {"name": "Lost Mine", "value": "id:2"}]
    endpoint.replies = [{"type": 8, "data": {"choices": choices}}]
    stage.fake.register(CAMPAIGN)
    stage.look()
    field = stage.page.get_by_role("combobox", name="name")
    field.click()
    suggestions = stage.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(suggestions).to_have_text(["Curse of Strahd", "Lost Mine"])
    field.press_sequentially("lo")
    expect(stage.wire).to_have_count(2)
    assert sent_text(endpoint) == "lo"
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Lost Mine")
    expect(suggestions).to_have_count(0)
    endpoint.replies = [say("archived")]
    field.press("Enter")
    expect(stage.messages).to_contain_text(["archived"])
    assert sent_text(endpoint) == "id:2"


def sent_text(endpoint: Endpoint) -> str:
    return str(endpoint.received[-1]["data"]["options"][0]["options"][0]["value"])


def test_suggestions_that_do_not_come_are_said_at_the_field(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [Reply(500)]
    stage.fake.register(CAMPAIGN)
    stage.look()
    stage.page.get_by_role("combobox", name="name").focus()
    expect(stage.page.get_by_role("alert").filter(visible=True)).to_have_text(
        "Loading options failed. the endpoint answered 500"
    )


def test_a_command_without_an_answer_is_said_where_the_answer_would_be(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [Reply(500)]
    stage.fake.register(PLAIN)
    stage.look()
    stage.run("plain")
    expect(stage.messages).to_have_count(1)
    expect(stage.messages.first).to_contain_text("gm used /plain")
    expect(stage.messages.first.get_by_role("alert")).to_have_text(
        "The application did not respond. the endpoint answered 500"
    )
    expect(stage.page.locator("#command .outcome")).to_contain_text("did not respond")
    stage.switch("admin")
    expect(stage.messages).to_have_count(0)
    expect(stage.wire.locator(".status")).to_have_text("500")


def test_a_press_without_an_answer_is_said_at_the_message(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [say("press", components=buttons("Go")), Reply(500), say("pressed")]
    stage.fake.register(PLAIN)
    stage.look()
    stage.run("plain")
    go = stage.page.get_by_role("button", name="Go")
    go.click()
    expect(stage.messages.first.get_by_role("alert")).to_have_text("This interaction failed. the endpoint answered 500")
    go.click()
    expect(stage.messages).to_have_count(2)
    expect(stage.messages.first.get_by_role("alert")).to_have_count(0)


def test_what_the_client_forbids_is_said_at_the_form(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [say("done")]
    stage.fake.register(PLAIN)
    stage.look()
    expect(stage.page.get_by_label("Command", exact=True)).to_have_value("plain")
    # Gone between the look and the press, without a word to the page.
    stage.fake.world.commands[stage.fake.guild_id] = []
    stage.page.get_by_role("button", name="Send", exact=True).click()
    expect(stage.page.locator("#command .outcome")).to_contain_text("/plain is not registered")
    assert endpoint.received == []


def test_a_select_is_chosen_in_and_holds_to_its_limits(stage: Theatre, endpoint: Endpoint) -> None:
    options = [{"label": f"Label {each}", "value": f"@{each}"} for each in "abc"]
    several = {"type": 3, "custom_id": "several", "options": options, "min_values": 2, "max_values": 2}
    people = {"type": 5, "custom_id": "people", "placeholder": "Whom?"}
    rows = [{"type": 1, "components": [each]} for each in (several, people)]
    endpoint.replies = [say("choose", components=rows), say("chosen", ephemeral=True)]
    stage.fake.register(PLAIN)
    stage.look()
    stage.run("plain")
    expect(stage.messages.locator("select")).to_have_count(2)
    first, second = stage.messages.first.locator("select").all()
    choose = stage.messages.first.get_by_role("button", name="Choose")
    first.select_option(["@a"])
    choose.first.click()
    assert len(endpoint.received) == 1
    first.select_option(["@a", "@c"])
    choose.first.click()
    expect(stage.messages).to_have_count(2)
    assert endpoint.received[-1]["data"]["values"] == ["@a", "@c"]
    second.select_option(label="player")
    choose.last.click()
    expect(stage.messages).to_have_count(3)
    assert endpoint.received[-1]["data"]["values"] == [stage.fake.player.id]
    assert stage.fake.player.id in endpoint.received[-1]["data"]["resolved"]["users"]


def test_a_form_opens_and_is_sent_off(stage: Theatre, endpoint: Endpoint) -> None:
    name = {"type": 4, "custom_id": "name", "label": "Name", "style": 1, "max_length": 10}
    about = {"type": 4, "custom_id": "about", "label": "About", "style": 2, "required": False}
    rows = [{"type": 1, "components": [each]} for each in (name, about)]
    form = {"type": 9, "data": {"title": "A new one", "custom_id": "form", "components": rows}}
    endpoint.replies = [form, say("thanks")]
    stage.fake.register(PLAIN)
    stage.look()
    stage.run("plain")
    dialog = stage.page.get_by_role("dialog", name="A new one")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_role("button", name="Submit").click()
    assert len(endpoint.received) == 1
    dialog.get_by_label("Name").fill("@Strahd")
    dialog.get_by_label("About").fill("two\nlines")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_be_hidden()
    expect(stage.messages).to_contain_text(["thanks"])
    rows = endpoint.received[-1]["data"]["components"]
    assert [each["components"][0]["value"] for each in rows] == ["@Strahd", "two\nlines"]


def test_the_layout_of_newer_messages_is_drawn(stage: Theatre, endpoint: Endpoint) -> None:
    text = {"type": 10, "content": f"**Bold** and <@&{stage.fake.role('Admins').id}>"}
    button = {"type": 2, "style": 4, "label": "Away", "custom_id": "away"}
    inner = [{"type": 9, "components": [text], "accessory": button}, {"type": 14}, {"type": 10, "content": "below"}]
    link = {"type": 1, "components": [{"type": 2, "style": 5, "label": "Docs", "url": "https://example.org/"}]}
    endpoint.replies = [say("", flags=1 << 15, components=[{"type": 17, "components": inner}, link])]
    endpoint.replies[0]["data"].pop("content")
    stage.fake.register(PLAIN)
    stage.look()
    stage.run("plain")
    message = stage.messages.first
    expect(message.locator("strong").filter(has_text="Bold")).to_be_visible()
    expect(message).to_contain_text("@Admins")
    expect(message.get_by_role("button", name="Away")).to_be_visible()
    expect(message.get_by_role("separator")).to_have_count(1)
    expect(message.get_by_role("link", name="Docs")).to_have_attribute("href", "https://example.org/")
