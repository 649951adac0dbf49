"""The page keeps up with what happens, and says so when there is nothing left to keep up with."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import expect

from tests.tools.fake_discord.page.theatre import Theatre
from tools.fake_discord import FakeDiscord

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

AGENT = "DiscordBot (https://example.org, 1)"


def test_it_does_not_fall_behind_with_two_hundred_exchanges(stage: Theatre) -> None:
    stage.look()
    headers = {"User-Agent": AGENT, "Authorization": f"Bot {stage.fake.application.token}"}
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(requests.get, f"{stage.fake.api}/users/@me", headers=headers, timeout=60) for _ in range(200)
        ]
        expect(stage.wire).to_have_count(200, timeout=60_000)
    assert {each.result().status_code for each in asked} <= {200, 429}
    expect(stage.page.locator("#wire-count")).to_have_text("200")
    numbers = stage.wire.locator(".number").all_inner_texts()
    assert numbers == [str(number) for number in range(200, 0, -1)]


def test_while_nothing_happens_nothing_is_drawn_or_asked(stage: Theatre) -> None:
    stage.look()
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.page.evaluate(
        """() => {
          window.changes = 0;
          const count = (changes) => (window.changes += changes.length);
          new MutationObserver(count).observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )
    stage.page.wait_for_timeout(1500)
    assert stage.page.evaluate("window.changes") <= 1  # the log speaks again, half a second after it was opened
    assert len(asked) <= 1
    stage.fake.join("newcomer")
    expect(stage.page.locator("#viewers")).to_contain_text("newcomer")


def test_a_change_draws_only_what_changed(stage: Theatre) -> None:
    stage.look()
    tree = stage.page.locator("#tree ul").first.element_handle(timeout=5000)
    stage.fake.give_role(stage.fake.player, "Game Masters")
    expect(stage.page.locator("#roles")).to_contain_text("gm, player")
    assert tree.evaluate("tree => tree === document.querySelector('#tree ul')")


def test_when_the_simulation_ends_the_page_says_so_and_finds_the_next_one(chromium: Browser) -> None:
    """In a context of its own: Chromium logs each failed request as an error."""
    context = chromium.new_context()
    page = context.new_page()
    with FakeDiscord().serving() as fake:
        port = int(fake.url.rpartition(":")[2])
        headers = {"User-Agent": AGENT, "Authorization": f"Bot {fake.application.token}"}
        requests.get(f"{fake.api}/users/@me", headers=headers, timeout=5)
        stage = Theatre(fake, page)
        stage.look()
        expect(stage.wire).to_have_count(1)
    connection = page.locator("#connection")
    expect(connection).to_have_text("The simulation does not answer. Trying again…")
    with FakeDiscord().serving(port) as other:
        expect(connection).to_have_text("", timeout=20_000)
        expect(stage.wire).to_have_count(0)
        page.locator(".addresses summary").click()
        expect(page.locator("#addresses")).to_contain_text(re.compile(other.guild_id))
        context.close()


def test_three_viewers_side_by_side_each_see_their_own(stage: Theatre) -> None:
    context = stage.page.context
    views = [stage, *(Theatre(stage.fake, context.new_page()) for _ in range(2))]
    for view, viewer in zip(views, ("gm", "player", "stranger"), strict=True):
        view.look(viewer)
    stage.fake.set_role_permissions("@everyone", 0)
    expect(views[0].page.locator("#tree")).to_have_text("This member sees no channel at all.")
    expect(views[2].page.locator("#tree")).to_have_text("This member sees no channel at all.")
    expect(views[1].page.locator("#channel-title")).to_have_text("No channel")
