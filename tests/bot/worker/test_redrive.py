"""Dead letters that somebody sends on again: new to the queue, and maybe begun long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, is_gone, roles
from tests.bot.worker.test_creation_faults import killed
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every

HOUR = 3600


def died(lab: Lab, call: int, *, works: bool) -> None:
    """Deliver the job once, cut it off at a call, and let it come back an hour later as if it was new."""
    message = lab.waiting[0]
    lab.fake.faults.on("*", faults.running(killed, works=works), call=call)
    lab.deliver(message)
    lab.fake.faults.clear()
    message.count, message.visible_at = 0, 0.0
    lab.fake.clock.advance(HOUR)
    lab.work()


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("call", range(5, 25))
def test_a_creation_finishes_what_it_began_and_says_so_in_the_gms_channel(lab: Lab, call: int, *, works: bool) -> None:
    lab.fake.gm.command("add-campaign", name=NAME)
    died(lab, call, works=works)
    assert is_as_planned(lab)
    assert_matrix(lab)
    assert any("is ready" in each.content for each in lab.fake.gm.reads("gm-notes"))


def test_another_campaign_of_the_name_is_still_refused(lab: Lab) -> None:
    first = lab.fake.gm.command("add-campaign", name=NAME)
    second = lab.fake.gm.command("add-campaign", name=NAME)
    lab.work()
    assert "is ready" in lab.text(first)
    assert "There is a campaign" in lab.text(second)
    assert is_as_planned(lab)


@pytest.mark.parametrize("works", [True, False])
def test_a_deletion_is_finished_if_it_was_begun_and_else_not_begun(start: Start, *, works: bool, every: Every) -> None:
    for call in every(range(1, 24)):
        lab = start()
        lab.add()
        lab.fake.clock.advance(60)
        shown = lab.do("delete-campaign", campaign=categories(lab)[0])
        lab.fake.gm.press(shown, "Delete 11 channels")
        died(lab, call, works=works)
        where = (call, lab.fake.faults.happened)
        begun = len(lab.fake.calls("update_message")) > 0
        if call > 8:
            assert begun, where
        assert is_gone(lab) if begun and (works or call > 8) else is_as_planned(lab) or is_gone(lab), where
        assert not lab.dead, where
        assert bool(roles(lab)) == bool(categories(lab)), where


def test_a_late_deletion_is_not_begun(lab: Lab) -> None:
    lab.add()
    lab.fake.clock.advance(60)
    shown = lab.do("delete-campaign", campaign=categories(lab)[0])
    lab.fake.gm.press(shown, "Delete 11 channels")
    lab.fake.clock.advance(HOUR)
    before = lab.fake.guild
    lab.work()
    assert lab.fake.guild == before
