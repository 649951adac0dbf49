"""Members who are timed out keep their roles and see what they saw, and may do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.actions.test_not_shown import LINES
from tests.bot.by_hand import campaign
from tests.bot.outcomes import is_as_planned
from tools.fake_discord.members.options import CannotError

if TYPE_CHECKING:
    from tests.bot.lab import Lab


def said(lab: Lab, line: str, **options: Any) -> str:
    """Let the GM run a command, and be timed out before it is carried out."""
    shown = lab.fake.gm.command(line, **options)
    lab.fake.time_out(lab.fake.gm, 600)
    lab.work()
    return lab.text(shown)


@pytest.mark.parametrize("line", [f"campaign {each}" for each in LINES])
def test_a_gm_who_is_timed_out_runs_the_campaign_no_longer(lab: Lab, line: str) -> None:
    where = lab.fake.channel(campaign(lab))
    before = lab.fake.guild.channels
    assert "You are timed out in this server until <t:" in said(
        lab, line, campaign=where, **LINES[line.removeprefix("campaign ")](lab)
    )
    assert lab.fake.guild.channels == before


def test_a_press_is_judged_by_it_too(lab: Lab) -> None:
    shown = lab.do("delete-campaign", campaign=lab.fake.channel(campaign(lab)))
    pressed = lab.fake.gm.press(shown, "Delete 11 channels")
    lab.fake.time_out(lab.fake.gm, 600)
    lab.work()
    assert "You are timed out" in lab.text(pressed)
    assert is_as_planned(lab)
    with pytest.raises(CannotError):
        lab.fake.gm.command("campaign list")


def test_nobody_joins_while_they_are_timed_out_and_leaving_is_free(lab: Lab) -> None:
    lab.do("campaign invite", campaign=lab.fake.channel(campaign(lab)))
    invitation = next(each for each in lab.fake.messages if "looks for players" in each.content and not each.only_for)
    pressed = lab.fake.player.press(invitation, "Join")
    lab.fake.time_out(lab.fake.player, 600)
    lab.work()
    assert "You are timed out" in lab.text(pressed)
    lab.fake.clock.advance(601)
    assert "You are in" in lab.text(lab.press(invitation, "Join", lab.fake.player))
    left = lab.fake.player.press(invitation, "Leave")
    lab.fake.time_out(lab.fake.player, 600)
    lab.work()
    assert "no longer a player" in lab.text(left)


def test_once_it_is_over_all_is_as_before(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.fake.time_out(lab.fake.gm, 600)
    lab.fake.clock.advance(601)
    assert "is archived" in lab.text(lab.do("campaign archive", campaign=where))
