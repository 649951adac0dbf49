"""Resume and Remove, pressed when the campaign is no longer what it was, or the presser no longer who they were."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bot.by_hand import spoil
from tests.bot.outcomes import NAME, categories, is_as_planned, is_gone, roles
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab
    from tools.fake_discord import Interaction


def half_made(lab: Lab, operation: str = "create_message", call: int = 1) -> Interaction:
    """Let a creation end with its two buttons."""
    lab.fake.faults.on(operation, faults.refused(50013), call=call)
    shown = lab.add()
    lab.fake.faults.clear()
    lab.fake.clock.advance(60)
    assert [each["label"] for each in lab.fake.message_of(shown).buttons] == ["Resume", "Remove"]  # type: ignore[union-attr]
    return shown


def handed_over(lab: Lab) -> Interaction:
    """Let an administrator finish it by a repair, and give it to somebody else."""
    shown = half_made(lab)
    for line, options in (("doctor", {"repair": True}), ("hand-over", {"to": lab.fake.player})):
        lab.do(f"campaign {line}", who=lab.fake.admin, campaign=categories(lab)[0], **options)
        lab.fake.clock.advance(60)
    assert lab.fake.player.sees("gm-notes")
    return shown


def demote(lab: Lab, *keeping: str) -> None:
    gm = lab.fake.gm
    lab.fake.change(lambda guild: guild.with_member(replace(gm.member, roles=frozenset(keeping))))


@pytest.mark.parametrize("button", ["Resume", "Remove"])
@pytest.mark.parametrize("plays", [True, False])
def test_who_was_gm_of_what_is_somebody_elses_by_now_changes_nothing(lab: Lab, button: str, *, plays: bool) -> None:
    shown = handed_over(lab)
    demote(lab, *(roles(lab) if plays else ()))
    before = lab.fake.guild
    text = lab.text(lab.press(shown, button))
    assert ("is run by its GM" if button == "Resume" else "is finished by now") in text
    assert lab.fake.guild == before
    assert not lab.fake.gm.sees("gm-notes")


def test_a_moderator_who_resumes_what_is_somebody_elses_by_now_leaves_it_theirs(lab: Lab) -> None:
    shown = handed_over(lab)
    before = lab.fake.guild
    text = lab.text(lab.press(shown, "Resume"))
    assert f"GM: <@{lab.fake.player.id}>." in text
    assert lab.fake.guild == before


@pytest.mark.parametrize("button", ["Resume", "Remove"])
def test_who_is_no_longer_a_moderator_goes_on_with_nothing_that_has_no_gm_yet(lab: Lab, button: str) -> None:
    shown = half_made(lab, "create_guild_channel")
    demote(lab)
    assert "You may no longer do that" in lab.text(lab.press(shown, button))
    assert (len(roles(lab)), categories(lab)) == (1, [])


@pytest.mark.parametrize("button", ["Resume", "Remove"])
def test_a_player_of_a_half_made_campaign_is_none_who_may_go_on_with_it(lab: Lab, button: str) -> None:
    """The players' role has an overwrite in the category, as a GM has."""
    shown = half_made(lab, "create_guild_channel", 5)
    spoil(lab, NAME, without=lab.fake.gm.id)
    demote(lab, *roles(lab))
    before = lab.fake.guild
    assert "You may no longer do that" in lab.text(lab.press(shown, button))
    assert lab.fake.guild == before


def test_what_was_taken_from_its_gm_half_made_is_not_made_beside_itself(lab: Lab) -> None:
    shown = half_made(lab, "create_guild_channel", 5)
    spoil(lab, NAME, without=lab.fake.gm.id)
    before = lab.fake.guild
    assert "is not as I had begun it" in lab.text(lab.press(shown, "Resume"))
    assert lab.fake.guild == before


def test_the_gm_of_a_half_made_campaign_goes_on_with_it_without_being_a_moderator(lab: Lab) -> None:
    shown = half_made(lab, "create_guild_channel", 5)
    demote(lab)
    assert "is ready" in lab.text(lab.press(shown, "Resume"))
    assert is_as_planned(lab)


def test_whoever_removes_what_was_half_made_removes_the_role_too_when_cut_off_before_it(lab: Lab) -> None:
    shown = half_made(lab, "create_guild_channel", 5)
    demote(lab)
    lab.fake.faults.on("delete_guild_role", faults.server_error(), times=5)
    assert "is gone" in lab.text(lab.press(shown, "Remove"))
    assert is_gone(lab)
