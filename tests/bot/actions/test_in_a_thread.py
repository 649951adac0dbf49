"""Commands that are run in a thread, which is in no list of a server's channels and goes with the one it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.by_hand import campaign
from tests.bot.outcomes import NAME, is_gone
from tools.fake_discord import Channel
from tools.fake_discord.world.state import THREAD

if TYPE_CHECKING:
    from tests.bot.lab import Lab


def thread(lab: Lab, which: str) -> str:
    """Open a thread in a channel."""
    opened = Channel(lab.fake.world.snowflakes.next(), THREAD, "aside", 0, lab.fake.channel(which).id)
    lab.fake.change(lambda guild: guild.with_channel(opened))
    lab.fake.clock.advance(60)
    return opened.id


@pytest.mark.parametrize("which", ["safety", "gm-notes"])
def test_a_deletion_says_before_it_takes_the_thread_along_that_it_will(lab: Lab, which: str) -> None:
    where = campaign(lab)
    here = thread(lab, which)
    shown = lab.do("delete-campaign", campaign=lab.fake.channel(where), within=here)
    lab.fake.gm.press(shown, "Delete 11 channels")
    lab.work()
    assert is_gone(lab)
    said = [
        str(each.asked["content"]) for each in lab.fake.calls("update_original_webhook_message") if each.status == 200
    ]
    assert said[-1] == f"**{NAME}** is being deleted, and this channel with it."
    assert not lab.dead


def test_a_thread_elsewhere_is_told_the_outcome(lab: Lab) -> None:
    where = campaign(lab)
    shown = lab.do("delete-campaign", campaign=lab.fake.channel(where), within=thread(lab, "general"))
    assert "is deleted: 11 channels" in lab.text(lab.press(shown, "Delete 11 channels"))


def test_an_invitation_has_no_place_in_a_thread(lab: Lab) -> None:
    where = campaign(lab)
    shown = lab.do("campaign invite", campaign=lab.fake.channel(where), within=thread(lab, "general"))
    assert "A thread is no place for an invitation" in lab.text(shown)
