"""Ways to gain a right through the bot, and that none of them works.

The moderator may make channels and roles, and so can prepare whatever a campaign looks like. What the moderator cannot
do is to write in the bot's name, or to hand out a role that stands above the own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bot.actions.preparing import (
    BY_PERMISSIONS,
    assert_nothing_is_handed_out,
    by_a_copied_note,
    by_a_likeness,
    by_a_name_that_reads_like_a_note,
    by_a_note_of_another_category,
    by_an_interrupted_creation,
    by_deleting_the_note,
    by_its_place_below_the_moderator,
    by_moving_the_category_of_an_invitation,
    by_name,
    by_permissions,
    by_permissions_given_after_an_invitation,
    by_permissions_given_after_asking,
    by_permissions_given_later,
    by_taking_the_players_role_away,
    by_the_role_beside_the_campaigns,
)
from tests.bot.by_hand import campaign, spoil
from tests.bot.outcomes import NAME, categories, roles
from tools.fake_discord import Channel, Overwrite, Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab


WAYS: tuple[Callable[[Lab], Channel], ...] = (
    by_name,
    by_its_place_below_the_moderator,
    by_permissions,
    by_a_copied_note,
    by_a_note_of_another_category,
    by_a_name_that_reads_like_a_note,
    by_the_role_beside_the_campaigns,
    by_taking_the_players_role_away,
    by_deleting_the_note,
    by_an_interrupted_creation,
    by_permissions_given_later,
    by_permissions_given_after_an_invitation,
    by_permissions_given_after_asking,
    by_moving_the_category_of_an_invitation,
    by_a_likeness,
)


@pytest.mark.parametrize("way", WAYS)
def test_no_prepared_category_hands_out_a_role(lab: Lab, way: Callable[[Lab], Channel]) -> None:
    assert_nothing_is_handed_out(lab, way(lab), opened=way in BY_PERMISSIONS)


@pytest.mark.parametrize("who", ["gm", "player"])
def test_without_a_note_it_is_told_why_and_how_it_is_taken_up(lab: Lab, who: str) -> None:
    where = by_name(lab)
    text = lab.text(lab.do("campaign add-player", campaign=where, player=lab.fake.person(who)))
    assert "no note of mine that names" in text
    assert "`/campaign doctor`, then Repair" in text
    refused = lab.text(lab.do("campaign doctor", campaign=where, repair=True))
    assert "I changed nothing" in refused or "Your highest role has to stand above" in refused


def test_a_campaign_of_an_earlier_version_is_taken_up_by_somebody_who_could_do_it_alone(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.fake.world.messages.clear()
    refused = lab.do("campaign add-player", campaign=where, player=lab.fake.player)
    assert "no note of mine" in lab.text(refused)
    shown = lab.do("campaign doctor", campaign=where)
    assert "There is no note of mine in it" in lab.text(shown)
    assert "is repaired" in lab.text(lab.press(shown, "Repair"))
    assert "is in **Curse of Strahd**" in lab.text(
        lab.do("campaign add-player", campaign=where, player=lab.fake.player)
    )
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=where))


def test_a_role_that_opens_other_channels_is_not_taken_up_but_by_the_owner(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.fake.world.messages.clear()
    spoil(lab, "moderator-only", Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, 0))
    text = lab.text(lab.do("campaign doctor", campaign=where, repair=True))
    assert "The role also opens" in text
    shown = lab.do("campaign doctor", campaign=where, repair=True, who=lab.fake.owner)
    assert "is repaired" in lab.text(shown)


def test_who_left_or_was_demoted_deletes_nothing_with_an_old_button(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    shown = lab.do("delete-campaign", campaign=where, who=lab.fake.admin)
    admins = lab.fake.role("Admins").id
    member = lab.fake.admin.member
    lab.fake.change(lambda guild: guild.with_member(replace(member, roles=member.roles - {admins})))
    text = lab.text(lab.press(shown, "Delete 11 channels", lab.fake.admin))
    assert "You may no longer delete this campaign" in text
    assert categories(lab)


def test_a_moderator_whose_roles_are_below_the_players_role_cannot_use_it(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    spoil(lab, where.id, without=lab.fake.gm.id)
    for name, position in (("Channelwright", 9), (f"{NAME} Members", 8)):
        role = lab.fake.role(name)
        lab.fake.change(lambda guild: guild.with_role(replace(role, position=position)))  # noqa: B023
    text = lab.text(lab.do("campaign add-player", campaign=where, player=lab.fake.gm))
    assert "Your highest role has to stand above" in text
    assert roles(lab)[0] not in lab.fake.gm.member.roles
