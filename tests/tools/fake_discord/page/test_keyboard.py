"""Everything can be done without a mouse, and one always sees where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.tools.fake_discord.interacting import Endpoint, say
from tests.tools.fake_discord.page.theatre import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.tools.fake_discord.page.theatre import Theatre

pytestmark = pytest.mark.browser

MOST_TABS = 80


def tab_to(theatre: Theatre, target: Locator, key: str = "Tab") -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("each => each === document.activeElement"):
            return
        theatre.page.keyboard.press(key)
    pytest.fail(f"{target} cannot be reached with {key}; the focus is on #{theatre.focused()}")


def choose(theatre: Theatre, select: Locator, label: str) -> None:
    """Choose in a select as people do: by typing the beginning of what is meant."""
    tab_to(theatre, select)
    theatre.page.keyboard.type(label)
    expect(select.locator("option:checked")).to_have_text(label)


def test_a_campaign_is_made_and_deleted_without_a_mouse(theatre: Theatre) -> None:
    page = theatre.page
    theatre.look("player")
    tab_to(theatre, page.get_by_role("radio", name="player"))
    page.keyboard.press("ArrowLeft")
    theatre.is_seen_by("gm")
    assert theatre.focused() == f"viewer-{theatre.fake.gm.id}"

    choose(theatre, page.get_by_label("Command", exact=True), "add-campaign")
    tab_to(theatre, page.get_by_label("name", exact=True))
    page.keyboard.type("Curse of Strahd")
    page.keyboard.press("Enter")
    expect(theatre.messages.last).to_contain_text("is ready", timeout=PATIENCE)
    assert theatre.focused() == "option-name"

    choose(theatre, page.get_by_label("Command", exact=True), "delete-campaign")
    choose(theatre, page.locator("#option-campaign"), "Curse of Strahd (category)")
    tab_to(theatre, page.get_by_role("button", name="Send"))
    page.keyboard.press("Enter")
    delete = page.get_by_role("button", name="Delete 11 channels")
    expect(delete).to_be_visible()
    tab_to(theatre, delete, "Shift+Tab")
    page.keyboard.press("Space")
    expect(theatre.messages.last).to_contain_text("is deleted", timeout=PATIENCE)
    assert theatre.focused().startswith("message-")


def test_channels_tabs_and_exchanges_are_reached_with_keys(theatre: Theatre) -> None:
    page = theatre.page
    theatre.look()
    rules = page.get_by_role("link", name="rules")
    tab_to(theatre, rules)
    page.keyboard.press("Enter")
    expect(page.locator("#channel-title")).to_have_text("rules")
    expect(rules).to_be_focused()

    wire = page.get_by_role("tab", name="HTTP")
    tab_to(theatre, wire)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Who sees what")).to_be_focused()
    expect(page.get_by_role("table")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(wire).to_be_focused()

    theatre.fake.person("gm").command("campaign list")
    # The worker's calls come meanwhile, and a field that was passed on the way asked for suggestions.
    told = page.locator('#wire > li[data-towards="bot"]').filter(has_text="POST command").last
    expect(told).to_be_visible()
    tab_to(theatre, told.locator("summary"))
    page.keyboard.press("Enter")
    expect(told.locator("pre").first).to_contain_text('"campaign"')


def test_the_first_stop_leads_past_the_channels(theatre: Theatre) -> None:
    theatre.look()
    theatre.page.keyboard.press("Tab")
    expect(theatre.page.get_by_role("link", name="Skip to the messages")).to_be_in_viewport()
    theatre.page.keyboard.press("Enter")
    expect(theatre.page.locator("#messages")).to_be_focused()
    theatre.is_seen_by("gm")


def test_the_focus_is_always_seen(theatre: Theatre) -> None:
    """Each stop of Tab has an outline of its own, or its label has."""
    theatre.look()
    theatre.fake.person("gm").command("campaign list")
    # What is answered while somebody tabs is drawn anew, and a stop with it.
    expect(theatre.messages.last).to_contain_text("/add-campaign", timeout=PATIENCE)
    stops: list[str] = []
    for _ in range(MOST_TABS):
        theatre.page.keyboard.press("Tab")
        where = theatre.page.evaluate(
            """() => {
              const here = document.activeElement;
              if (here === document.body) return null;
              const marked = here.matches("[type=radio]") ? here.nextElementSibling : here;
              const { outlineStyle, outlineWidth } = getComputedStyle(marked);
              return { name: here.id || here.textContent, seen: outlineStyle !== "none" && outlineWidth !== "0px" };
            }"""
        )
        if where is None:
            break
        assert where["seen"], where
        stops.append(where["name"])
    for each in (
        "skip",
        "command-line",
        "messages",
        "tab-wire",
        "wire-filter",
        f"channel-{theatre.fake.channel('rules').id}",
    ):
        assert each in stops
    assert stops.index("skip") < stops.index("messages") < stops.index("command-line") < stops.index("tab-wire")


def test_a_form_of_the_bot_keeps_the_focus_and_gives_it_back(stage: Theatre, endpoint: Endpoint) -> None:
    text = {"type": 4, "custom_id": "name", "label": "Name", "style": 1}
    form = {"title": "A new one", "custom_id": "form", "components": [{"type": 1, "components": [text]}]}
    endpoint.replies = [{"type": 9, "data": form}, say("thanks")]
    stage.fake.register({"name": "plain", "description": "Opens a form"})
    stage.look()
    tab_to(stage, stage.page.get_by_role("button", name="Send"))
    stage.page.keyboard.press("Enter")
    dialog = stage.page.get_by_role("dialog", name="A new one")
    expect(dialog.get_by_label("Name")).to_be_focused()
    for _ in range(6):
        stage.page.keyboard.press("Tab")
        assert stage.page.evaluate(
            "document.activeElement.closest('dialog') || document.activeElement === document.body"
        )
    stage.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(stage.page.get_by_role("button", name="Send")).to_be_focused()


def test_the_page_has_landmarks_and_says_what_is_new(theatre: Theatre) -> None:
    theatre.look()
    page = theatre.page
    for role, name in (
        ("banner", None),
        ("navigation", "Channels"),
        ("main", None),
        ("complementary", "Behind the stage"),
    ):
        expect(page.get_by_role(role, name=name)).to_have_count(1)  # type: ignore[arg-type]
    log = page.get_by_role("log", name="general")
    expect(log).to_have_attribute("aria-live", "polite")
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button, a")]
          .filter((each) => !(each.labels?.length || each.ariaLabel || each.textContent.trim()))
          .map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    assert page.evaluate("document.documentElement.lang") == "en"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))
