"""The page is readable in dark and light, on wide and on narrow screens, and keeps still where people want that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests import axe
from tests.tools.fake_discord.interacting import Endpoint, buttons, say
from tests.tools.fake_discord.page.looks import faults_of_layout, weak_texts
from tools.fake_discord import Overwrite, Permission, Reply, Request

if TYPE_CHECKING:
    from tests.tools.fake_discord.page.theatre import Theatre

pytestmark = pytest.mark.browser

WIDTHS = {"narrow": 360, "tablet": 900, "laptop": 1280, "wide": 1920}
STYLES = [{"type": 2, "style": style, "label": f"Style {style}", "custom_id": f"{style}"} for style in range(1, 5)]
OFF = {"type": 2, "style": 2, "label": "Off", "custom_id": "off", "disabled": True}
EMBED = {"title": "Title", "description": "Text", "footer": {"text": "Footer"}, "fields": [{"name": "a", "value": "b"}]}


@pytest.fixture
def busy(stage: Theatre, endpoint: Endpoint) -> Theatre:
    """Open a page with one of everything on it: messages, components, failures, a violation, an open exchange."""
    components = [{"type": 1, "components": [*STYLES, OFF]}]
    rich = say(f"**Bold** <@&{stage.fake.guild_id}> `code`\n- item", embeds=[EMBED], components=components)
    endpoint.replies = [
        rich,
        {"type": 5, "data": {"flags": 64}},
        Reply(500),
        say("x", components=buttons("Go")),
        Reply(500),
    ]
    option = {"name": "text", "description": "What to say", "type": 3, "required": True}
    stage.fake.register({"name": "plain", "description": "Says something", "options": [option]})
    for text in ("one", "two", "three", "four " * 40):
        stage.fake.gm.command("plain", text=text)
    stage.fake.gm.press(stage.fake.messages[-1], "Go")
    hide = Overwrite(stage.fake.guild_id, 0, deny=int(Permission.VIEW_CHANNEL))
    mute = Overwrite(stage.fake.guild_id, 0, deny=int(Permission.SEND_MESSAGES))
    for name, overwrite in (("moderator-only", hide), ("rules", mute)):
        channel = replace(stage.fake.channel(name), overwrites=(overwrite,))
        stage.fake.change(lambda guild, channel=channel: guild.with_channel(channel))  # type: ignore[misc]
    stage.fake.handle(
        Request("GET", "/api/v10/nonsense", headers={"user-agent": "DiscordBot (https://example.org, 1)"})
    )
    return stage


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_and_every_text_stands_out(
    busy: Theatre, scheme: Literal["light", "dark"], width: str
) -> None:
    page = busy.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    busy.look()
    expect(busy.messages).to_have_count(4)
    busy.wire.first.locator("summary").click()
    expect(busy.wire.first.locator("pre").first).to_be_visible()
    page.locator(".addresses summary").click()
    assert faults_of_layout(page) == []
    assert weak_texts(page) == []
    page.get_by_role("tab", name="Who sees what").click()
    assert faults_of_layout(page) == []
    assert weak_texts(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(busy: Theatre, scheme: Literal["light", "dark"]) -> None:
    page = busy.page
    page.emulate_media(color_scheme=scheme)
    busy.look()
    expect(busy.messages).to_have_count(4)
    busy.wire.first.locator("summary").click()
    expect(busy.wire.first.locator("pre").first).to_be_visible()
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for tab in ("HTTP", "Who sees what"):
            page.get_by_role("tab", name=tab).click()
            assert axe.findings(page) == []


def test_on_a_phone_the_box_for_commands_is_one_tap_away(busy: Theatre) -> None:
    page = busy.page
    page.set_viewport_size({"width": 360, "height": 740})
    busy.look()
    way = page.get_by_role("link", name="Run a command")
    expect(way).to_be_in_viewport()
    way.click()
    expect(page.locator("#command-line")).to_be_in_viewport()
    expect(way).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("scrollTo(0, 0)")
    expect(way).to_be_hidden()


def test_an_empty_channel_says_what_to_do(stage: Theatre) -> None:
    stage.look()
    empty = stage.page.locator("#message-empty")
    expect(empty).to_contain_text("The bot has yet to tell its commands.")
    stage.fake.register({"name": "plain", "description": "Says something"})
    expect(empty).to_contain_text("Run a command below, such as /plain")


def test_a_refusal_that_has_to_be_looks_as_it_should_and_an_acceptance_in_its_place_does_not(stage: Theatre) -> None:
    assert stage.fake.probe() == ""
    stage.look()
    forged = stage.wire.last
    expect(forged.locator(".status")).to_have_class("status good")
    expect(forged).to_contain_text("401, as it has to be")
    stage.page.locator("#wire-filter").select_option("failed")
    expect(forged).to_be_hidden()
    stage.fake.endpoint = lambda _body, _headers: Reply(200, b'{"type": 1}')
    assert stage.fake.probe() != ""
    expect(stage.wire.first.locator(".status")).to_have_class("status bad")
    expect(stage.wire.first).to_contain_text("401 was expected")


def test_dark_and_light_differ(busy: Theatre) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        busy.page.emulate_media(color_scheme=scheme)
        busy.look()
        grounds.append(busy.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert len(set(grounds)) == 2


def test_on_a_wide_screen_all_is_in_sight_at_once(busy: Theatre) -> None:
    busy.look()
    for each in (
        busy.page.locator("#tree a").first,
        busy.messages.last,
        busy.page.locator("#command-line"),
        busy.wire.first,
    ):
        expect(each).to_be_in_viewport()


def test_on_a_narrow_screen_a_campaign_can_be_made(theatre: Theatre) -> None:
    theatre.page.set_viewport_size({"width": 360, "height": 740})
    theatre.look()
    theatre.add_campaign()
    expect(theatre.messages.first).to_be_in_viewport()
    assert faults_of_layout(theatre.page) == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_where_people_prefer_that(busy: Theatre, motion: Literal["reduce", "no-preference"]) -> None:
    busy.page.emulate_media(reduced_motion=motion)
    busy.look()
    expect(busy.page.locator(".thinking")).to_be_visible()
    moving = busy.page.evaluate("document.getAnimations().length")
    assert (moving > 0) is (motion == "no-preference")


def test_the_end_of_a_conversation_stays_in_sight_until_somebody_scrolls_up(stage: Theatre, endpoint: Endpoint) -> None:
    endpoint.replies = [say(f"line\n{'more ' * 80}")]
    stage.fake.register({"name": "plain", "description": "Says something"})
    stage.look()
    for count in range(1, 9):
        stage.fake.gm.command("plain")
        expect(stage.messages).to_have_count(count)
    expect(stage.messages.last).to_be_in_viewport()
    stage.page.locator("#messages").evaluate("each => each.scrollTo(0, 0)")
    stage.page.wait_for_timeout(100)
    stage.fake.gm.command("plain")
    expect(stage.messages).to_have_count(9)
    expect(stage.messages.first).to_be_in_viewport()
    expect(stage.messages.last).not_to_be_in_viewport()
