"""People who were shown a part of a campaign by hand: that is all they ever get, whatever is put right around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channelwright.campaign import templates
from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import roles
from tools.fake_discord import CATEGORY, Overwrite, Permission

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start

SHOWN = int(Permission.VIEW_CHANNEL)
WRITING = int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY)
INSIDE = ("gm-notes", "gm-planning", "general-discussion", "maps-and-visuals")


def shown(lab: Lab, *which: str, bits: int = SHOWN) -> None:
    """Let somebody see channels by hand."""
    for each in which:
        spoil(lab, each, Overwrite(lab.fake.stranger.id, 1, bits))


def seen(lab: Lab) -> set[str]:
    return {each.id for each in lab.fake.channels if each.type != CATEGORY and lab.fake.stranger.sees(each)}


def repaired(lab: Lab, where: str) -> None:
    assert "is repaired" in lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where), repair=True))


def put_together(lab: Lab, where: str) -> None:
    drop(lab, where)
    asked = lab.do("campaign list", who=lab.fake.admin)
    message = lab.fake.message_of(asked)
    assert message is not None
    lab.press(asked, message.buttons[-1]["label"], lab.fake.admin)
    assert "is put together again" in lab.text(asked)


@pytest.mark.parametrize("bits", [SHOWN, WRITING])
@pytest.mark.parametrize("part", [("",), *((each,) for each in INSIDE), ("", "general-discussion")])
@pytest.mark.parametrize("way", ["channel gone", "role gone", "category gone", "category and role gone"])
def test_a_guest_sees_no_more_after_a_repair(lab: Lab, way: str, part: tuple[str, ...], bits: int) -> None:
    where = campaign(lab)
    shown(lab, *(each or where for each in part), bits=bits)
    if "role" in way:
        lab.fake.change(lambda guild: guild.without_role(roles(lab)[0]))
    if way == "channel gone":
        drop(lab, "dice-rolls")
    before = seen(lab)
    (put_together if "category" in way else repaired)(lab, where)
    assert seen(lab) <= before
    assert lab.fake.gm.sees("gm-planning")
    assert "GM" in lab.text(lab.do("campaign list"))


@pytest.mark.parametrize("lost", ["category", "inside"])
def test_a_gm_who_lost_a_part_of_it_gets_it_back(lab: Lab, lost: str) -> None:
    where = campaign(lab)
    lab.fake.join("sybil")
    sybil = lab.fake.person("sybil")
    lab.do("campaign hand-over", campaign=lab.fake.channel(where), to=sybil)
    for each in (where,) if lost == "category" else ("gm-notes", "gm-planning"):
        spoil(lab, each, without=sybil.id)
    repaired(lab, where)
    assert sybil.permissions_in("gm-planning") & sybil.permissions_in(where) & WRITING == WRITING


@pytest.mark.parametrize("repair", [True, False])
def test_a_campaign_without_its_role_is_looked_at_and_mended_for_those_alone_who_run_it(
    lab: Lab, *, repair: bool
) -> None:
    where = lab.fake.channel(campaign(lab))
    shown(lab, where.id)
    lab.fake.change(lambda guild: guild.without_role(roles(lab)[0]))
    before = lab.fake.guild
    for who in (lab.fake.stranger, lab.fake.player):
        asked = lab.do("campaign doctor", who=who, campaign=lab.fake.channel(where.id), repair=repair)
        assert "is run by its GM" in lab.text(asked)
    assert lab.fake.guild == before
    repaired(lab, where.id)


def with_note_in_the_last(start: Start) -> tuple[Lab, str]:
    channels = tuple(
        templates.PlannedChannel(name=f"n{number:02}", type="text", players="none" if number == 14 else "write")
        for number in range(15)
    )
    lab = start(channels={"default": channels})
    return lab, campaign(lab)


def test_the_note_of_many_channels_is_found_after_their_category_was_deleted(start: Start) -> None:
    lab, where = with_note_in_the_last(start)
    put_together(lab, where)
    assert len(lab.fake.children(lab.fake.channel("n14").parent_id or "")) == 15


def test_the_note_is_found_in_any_channel_whoever_sees_that(start: Start) -> None:
    lab, where = with_note_in_the_last(start)
    spoil(lab, "n14", Overwrite(roles(lab)[0], 0, SHOWN))
    asked = lab.do("campaign add-player", campaign=lab.fake.channel(where), player=lab.fake.player)
    assert "is in **" in lab.text(asked)


def test_who_is_shown_the_category_of_a_campaign_without_gm_channels_is_a_guest(start: Start) -> None:
    lab = start(channels={"default": (templates.PlannedChannel(name="table", type="text"),)})
    where = campaign(lab)
    shown(lab, where, "table")
    asked = lab.do("campaign hand-over", who=lab.fake.stranger, campaign=lab.fake.channel(where), to=lab.fake.stranger)
    assert "is run by its GM" in lab.text(asked)
    drop(lab, "table")
    asked = lab.do("campaign doctor", campaign=lab.fake.channel(where), repair=True)
    assert f"GM: <@{lab.fake.gm.id}>." in lab.text(asked)


def test_a_guest_whose_command_comes_twice_is_told_no_names_and_loses_nothing(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.do("campaign add-gm", campaign=where, gm=lab.fake.player)
    shown(lab, "general-discussion")
    asked = lab.fake.stranger.command("campaign remove-gm", campaign=where.id, gm=lab.fake.stranger)
    lab.waiting[0].count = 1  # cut off in a delivery before
    before = lab.fake.guild
    lab.work()
    assert "GM: " not in lab.text(asked)
    assert lab.fake.guild == before
