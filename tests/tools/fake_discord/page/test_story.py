"""From the command to its summary, and to nothing again, in a real browser with the real bot."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.tools.fake_discord.page.theatre import PATIENCE

if TYPE_CHECKING:
    from tests.tools.fake_discord.page.theatre import Theatre
    from tools.fake_discord import Exchange

pytestmark = pytest.mark.browser

OPENING = ["Text Channels", "general", "rules", "moderator-only", "Voice Channels", "Lounge"]
MADE = [
    "general-discussion",
    "session-recaps",
    "gm-notes",
    "characters-and-npcs",
    "campaign-lore",
    "gm-planning",
    "maps-and-visuals",
    "session-zero",
    "safety",
    "dice-rolls",
    "campaign-main",
]


class Pauses:
    """Holds the worker back at its first call and after each edit of its answer, until what they show was seen."""

    def __init__(self, theatre: Theatre, count: int) -> None:
        self._ahead = [threading.Event() for _ in range(count)]
        self._waiting = iter(tuple(self._ahead))
        theatre.fake.gate.listeners.append(self._hold)

    def _hold(self, exchange: Exchange) -> None:
        if exchange.operation in {"get_my_application", "update_original_webhook_message"} and (
            now := next(self._waiting, None)
        ):
            now.wait(PATIENCE / 1000)

    def go_on(self) -> None:
        self._ahead.pop(0).set()


def test_a_campaign_comes_about_before_the_eyes_of_its_game_master(theatre: Theatre) -> None:
    theatre.look()
    theatre.shows_channels(OPENING)
    pauses = Pauses(theatre, 3)
    theatre.run("add-campaign", name="Curse of Strahd", gm="gm")
    message = theatre.messages.first
    expect(message).to_contain_text("The application is thinking…", timeout=PATIENCE)
    expect(message.locator(".used")).to_have_text("gm used /add-campaign name: Curse of Strahd gm: gm")
    expect(theatre.page.get_by_role("status").filter(has_text="at work")).to_be_visible()
    first = message.element_handle(timeout=PATIENCE)
    pauses.go_on()
    expect(message).to_contain_text("[------------] 0 of 13", timeout=PATIENCE)
    pauses.go_on()
    expect(message).to_contain_text(re.compile(r"\[#+-*\] \d+ of 13"), timeout=PATIENCE)
    pauses.go_on()
    expect(message).to_contain_text("is ready", timeout=PATIENCE)
    expect(message).to_contain_text("Only gm sees this.")
    theatre.shows_channels([*OPENING, "Curse of Strahd", *MADE])
    expect(theatre.page.locator("#roles")).to_contain_text("Curse of Strahd Members")
    assert first.evaluate("(first) => first === document.querySelector('#message-list > li')"), "it was drawn anew"
    assert theatre.messages.count() == 1


def test_links_in_the_summary_lead_to_the_channels(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    theatre.messages.first.get_by_role("link", name="#gm-notes").click()
    expect(theatre.page.locator("#channel-title")).to_have_text("gm-notes")
    expect(theatre.page.locator("#channel-head .topic")).to_have_text("Notes for the game master's eyes")
    expect(theatre.page.locator("#tree [aria-current=page]")).to_contain_text("gm-notes")
    expect(theatre.messages).to_have_count(1)
    expect(theatre.messages.first).not_to_contain_text("is ready")
    theatre.page.go_back()
    expect(theatre.messages.first).to_contain_text("is ready")


def test_a_deletion_asks_first_and_can_be_declined(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    theatre.run("delete-campaign", campaign="Curse of Strahd (category)")
    asked = theatre.messages.nth(1)
    expect(asked).to_contain_text("There is no way back")
    expect(asked.get_by_role("button")).to_have_text(["Delete 11 channels", "Keep it"])
    asked.get_by_role("button", name="Keep it").click()
    expect(asked).to_contain_text("Cancelled: nothing was deleted.")
    expect(asked.get_by_role("button")).to_have_count(0)
    assert theatre.focused() == asked.get_attribute("id"), "the focus is where the button was"
    theatre.shows_channels([*OPENING, "Curse of Strahd", *MADE])


def test_a_confirmed_deletion_leaves_nothing(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    theatre.run("delete-campaign", campaign="Curse of Strahd (category)")
    theatre.messages.nth(1).get_by_role("button", name="Delete 11 channels").click()
    expect(theatre.messages.last).to_contain_text(
        "Curse of Strahd is deleted: 11 channels, category and role.", timeout=PATIENCE
    )
    theatre.shows_channels(OPENING)
    expect(theatre.page.locator("#roles")).not_to_contain_text("Curse of Strahd")
    expect(theatre.page.locator("#option-campaign")).not_to_contain_text("Curse of Strahd")


def test_every_exchange_in_both_directions_is_in_the_log(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    expect(theatre.wire).to_have_count(len(theatre.fake.exchanges))
    expect(theatre.wire.filter(has_text="POST command")).to_contain_text("Discord → bot")
    made = theatre.wire.filter(has_text="create_guild_role")
    expect(made).to_contain_text("POST create_guild_role")
    expect(made).to_contain_text("bot → Discord")
    expect(made.locator(".status")).to_have_text("200")
    expect(made.locator(".ms")).to_have_text(re.compile(r"^\d+(\.\d)? ms$"))
    made.locator("summary").click()
    expect(made.locator("pre").first).to_contain_text('"name": "Curse of Strahd Members"')
    expect(made.locator(".bodies")).to_contain_text(f"/api/v10/guilds/{theatre.fake.guild_id}/roles")
    theatre.page.get_by_label("Show").select_option("what goes to the bot")
    expect(theatre.wire.filter(visible=True).filter(has_text="bot → Discord")).to_have_count(0)
    expect(theatre.wire.filter(visible=True).filter(has_text="POST command")).to_have_count(1)
