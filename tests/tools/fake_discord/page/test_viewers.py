"""Each member sees the server that Discord would show them, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from channelwright.endpoint.commands import SUBCOMMAND, TABLE

if TYPE_CHECKING:
    from tests.tools.fake_discord.page.theatre import Theatre

pytestmark = pytest.mark.browser

DASH = "\N{EN DASH}"
FOR_THE_GM = {"gm-notes", "gm-planning"}


def test_stranger_player_and_game_master_see_what_is_theirs(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    theatre.run("campaign add-player", campaign="Curse of Strahd (category)", player="player")
    expect(theatre.messages.nth(1)).to_contain_text("player is in Curse of Strahd")
    seen = {}
    for viewer in ("gm", "player", "stranger", "admin"):
        theatre.switch(viewer)
        seen[viewer] = theatre.channels()
    assert "Curse of Strahd" not in seen["stranger"]
    assert "general-discussion" not in seen["stranger"]
    assert {"Curse of Strahd", "general-discussion"} <= set(seen["player"])
    assert set(seen["gm"]) - set(seen["player"]) == FOR_THE_GM
    assert seen["admin"] == seen["gm"]


def test_what_is_for_one_alone_is_shown_to_one_alone(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    for viewer in ("player", "admin"):
        theatre.switch(viewer)
        expect(theatre.messages).to_have_count(0)
        expect(theatre.page.locator("#message-empty")).to_be_visible()
    theatre.switch("gm")
    expect(theatre.messages).to_have_count(1)


def test_locks_and_kinds_of_channels_are_there_in_words_too(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    link = theatre.page.get_by_role("navigation", name="Channels").get_by_role("link")
    expect(link.filter(has_text="campaign-main")).to_have_accessible_name("campaign-main voice channel, private")
    expect(link.filter(has_text="campaign-lore")).to_have_accessible_name("campaign-lore forum channel, private")
    expect(link.filter(has_text="rules")).to_have_accessible_name("rules text channel")
    theatre.run("campaign archive", campaign="Curse of Strahd (category)")
    expect(theatre.messages.nth(1)).to_contain_text("archived")
    theatre.fake.give_role(theatre.fake.player, "Curse of Strahd Members")
    theatre.switch("player")
    expect(link.filter(has_text="safety")).to_have_accessible_name("safety text channel, private, read-only")


def test_the_table_shows_who_sees_what(theatre: Theatre) -> None:
    theatre.look()
    theatre.add_campaign()
    theatre.page.get_by_role("tab", name="Who sees what").click()
    table = theatre.page.get_by_role("table")
    members = table.locator("thead th").all_inner_texts()[1:]
    assert members == [each.user.username for each in theatre.fake.guild.members.values()]
    shown = {}
    for row in table.locator("tbody tr").all():
        shown[row.locator("th").inner_text()] = row.locator("td").all_text_contents()
    for title, sights in theatre.fake.matrix().items():
        words = [shown[title.rpartition("/")[2]][members.index(name)] for name in sights]
        assert [each.removeprefix(DASH).replace("sees", "reads") for each in words] == [
            str(each) for each in sights.values()
        ]


def test_only_what_somebody_may_use_is_offered(theatre: Theatre) -> None:
    theatre.look("stranger")
    form = theatre.page.locator("#command")
    offered = theatre.page.get_by_label("Command", exact=True).get_by_role("option")
    expect(offered.first).to_have_text("campaign list")
    expect(offered.filter(has_not_text="campaign ")).to_have_count(0)
    theatre.switch("Channelwright")
    expect(form).to_have_text("Bots do not run commands.")
    theatre.switch("owner")
    expect(offered).to_have_text([name for command in TABLE for name in _names(command)])


def test_a_view_is_in_the_address_and_can_be_opened_again(theatre: Theatre) -> None:
    theatre.look("player", "rules")
    expect(theatre.page.locator("#channel-title")).to_have_text("rules")
    theatre.switch("admin")
    theatre.page.reload()
    theatre.is_seen_by("admin")
    expect(theatre.page.locator("#channel-title")).to_have_text("rules")


def test_a_member_who_is_not_there_gives_way_to_one_who_is(stage: Theatre) -> None:
    stage.page.goto(f"{stage.fake.url}/#viewer=nobody&channel=4711")
    stage.is_seen_by("owner")
    stage.switch("gm")
    stage.page.go_back()
    stage.is_seen_by("owner")
    expect(stage.page.locator("#channel-title")).to_have_text("general")


def test_who_joins_or_gets_a_role_shows_at_once(stage: Theatre) -> None:
    stage.look()
    stage.fake.join("newcomer", "Game Masters")
    expect(stage.page.locator("#viewers")).to_contain_text("newcomer")
    expect(stage.page.locator("#roles li").filter(has_text="Game Masters")).to_contain_text("gm, newcomer")


def _names(command: dict[str, Any]) -> list[str]:
    """Return what a command is called in a list: its own name, or that of each of its subcommands."""
    parts = [option["name"] for option in command.get("options", []) if option["type"] == SUBCOMMAND]
    return [f"{command['name']} {part}" for part in parts] or [command["name"]]
