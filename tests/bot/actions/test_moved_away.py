"""Channels that the bot made, and that somebody moved out of their campaign."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.permission_bits import INVITED
from tests.bot.by_hand import drop
from tests.bot.outcomes import NAME, categories, is_as_planned, roles, strays
from tools.fake_discord import Opening, Overwrite, Permission

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tools.fake_discord import Channel
    from tools.fake_discord.members.people import Person

HELD = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.CONNECT


@pytest.fixture
def lab(start: Start) -> Lab:
    lab = start(Opening(bot_permissions=INVITED))
    lab.add(gm=lab.fake.join("sybil"))
    lab.fake.clock.advance(60)
    return lab


def gm(lab: Lab) -> Person:
    return lab.fake.person("sybil")


def moved(lab: Lab, which: str, into: str | None, **changed: Any) -> Channel:
    """Move a channel into a category, or out of all, and change what else is said."""
    category = next((each.id for each in lab.fake.channels if each.name == into), None)
    channel = replace(lab.fake.channel(which), parent_id=category, **changed)
    lab.fake.change(lambda guild: guild.with_channel(channel))
    return channel


def closed(lab: Lab) -> tuple[Overwrite, ...]:
    """Let nobody see a channel but administrators and the bot."""
    return Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL), Overwrite(lab.fake.bot.id, 1, HELD)


def repair(lab: Lab, who: Person) -> str:
    where = categories(lab)[-1]
    text = lab.text(lab.do("campaign doctor", who=who, campaign=where, repair=True))
    lab.fake.clock.advance(60)
    lab.do("campaign add-gm", who=who, campaign=where, gm=lab.fake.player)
    return text


@pytest.mark.parametrize("into", ["Text Channels", None])
@pytest.mark.parametrize("which", ["general-discussion", "gm-planning", "campaign-main"])
def test_what_the_staff_took_for_themselves_stays_theirs_when_the_gm_has_the_campaign_repaired(
    lab: Lab, which: str, into: str | None
) -> None:
    theirs = moved(lab, which, into, name="staff-talk", overwrites=closed(lab))
    lab.fake.give_role(lab.fake.stranger, roles(lab)[0])
    assert "is repaired" in repair(lab, gm(lab))
    assert lab.fake.channel(theirs.id) == theirs
    assert not any(each.sees(theirs.id) for each in (gm(lab), lab.fake.player, lab.fake.stranger))
    assert {which, "staff-talk"} <= {each.name for each in lab.fake.channels}


def test_what_was_given_to_everybody_is_not_closed_to_them(lab: Lab) -> None:
    theirs = moved(lab, "campaign-lore", "Text Channels", overwrites=(Overwrite(lab.fake.bot.id, 1, HELD),))
    repair(lab, gm(lab))
    assert lab.fake.channel(theirs.id) == theirs
    assert lab.fake.stranger.sees(theirs.id)


def test_what_players_alone_were_shut_out_of_is_not_opened_to_them(lab: Lab) -> None:
    own = lab.fake.channel("campaign-lore").overwrites
    theirs = moved(
        lab, "campaign-lore", "Text Channels", overwrites=tuple(each for each in own if each.id != roles(lab)[0])
    )
    lab.fake.give_role(lab.fake.stranger, roles(lab)[0])
    repair(lab, gm(lab))
    assert not lab.fake.stranger.sees(theirs.id)


@pytest.mark.parametrize("into", ["Text Channels", None])
@pytest.mark.parametrize("which", ["general-discussion", "gm-planning"])
def test_what_was_only_dragged_away_is_named_and_comes_back(lab: Lab, which: str, into: str | None) -> None:
    there = moved(lab, which, into)
    where = categories(lab)[0]
    shown = lab.do("campaign doctor", who=gm(lab), campaign=where)
    assert f"<#{there.id}> ({which}) is not in its category" in lab.text(shown)
    lab.press(shown, "Repair", gm(lab))
    assert is_as_planned(lab)
    assert there.id in {each.id for each in lab.fake.children(NAME)}
    lab.fake.clock.advance(60)
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", who=gm(lab), campaign=where))


def test_what_was_dragged_away_on_purpose_stays_away(lab: Lab) -> None:
    there = moved(lab, "dice-rolls", "Text Channels")
    where = categories(lab)[0]
    shown = lab.do("campaign doctor", who=gm(lab), campaign=where)
    assert "nothing is wrong" in lab.text(lab.press(shown, "This is how I want it", gm(lab)))
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", who=gm(lab), campaign=where, repair=True))
    assert lab.fake.channel(there.id) == there


def test_the_staffs_channel_is_none_of_a_campaign_that_was_made_like_another(lab: Lab) -> None:
    lab.add("Second Season", like=categories(lab)[0])
    lab.fake.clock.advance(60)
    [second] = categories(lab, "Second Season")
    [own] = [each for each in lab.fake.children(second.id) if each.name == "campaign-lore"]
    theirs = moved(lab, own.id, "Text Channels", name="staff-talk", overwrites=closed(lab))
    shown = lab.do("campaign doctor", campaign=second)
    assert "1 of its channels are gone, or were moved away" in lab.text(shown)
    lab.press(shown, "Repair")
    assert lab.fake.channel(theirs.id) == theirs
    assert [each.name for each in lab.fake.channels].count("staff-talk") == 1


def test_the_staffs_channel_stays_theirs_when_what_is_left_of_its_campaign_is_put_together(lab: Lab) -> None:
    theirs = moved(lab, "general-discussion", None, name="staff-talk", overwrites=closed(lab))
    drop(lab, categories(lab)[0].id)
    lab.press(lab.do("campaign list"), f"Put {NAME} together again")
    assert is_as_planned(lab) or strays(lab) == ["staff-talk"]
    assert lab.fake.channel(theirs.id) == theirs
    assert gm(lab).sees("gm-notes")
