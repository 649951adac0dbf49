"""Deleting a category in which nothing is left, and so no note that says whose it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bot.by_hand import campaign, drop
from tests.bot.outcomes import NAME, categories, roles
from tests.bot.worker.test_creation_faults import PASSING

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord import Channel, Interaction
    from tools.fake_discord.members.people import Person

BUTTON = "Delete 0 channels"


def emptied(lab: Lab) -> Channel:
    where = campaign(lab)
    for each in lab.fake.children(where):
        drop(lab, each.id)
    return lab.fake.channel(where)


def ask(lab: Lab, who: Person | None = None) -> Interaction:
    return lab.do("delete-campaign", who=who or lab.fake.gm, campaign=emptied(lab))


def demote(lab: Lab) -> None:
    lab.fake.change(lambda guild: guild.with_member(replace(lab.fake.gm.member, roles=frozenset())))


def test_it_goes_alone_and_the_role_that_stays_is_named(lab: Lab) -> None:
    shown = ask(lab)
    assert f"<@&{roles(lab)[0]}> would stay" in lab.text(shown)
    assert lab.text(lab.press(shown, BUTTON)) == "The category is deleted."
    assert (categories(lab), len(roles(lab))) == ([], 1)


def test_who_is_no_longer_a_moderator_deletes_nothing_with_the_button(lab: Lab) -> None:
    shown = ask(lab)
    demote(lab)
    assert "I deleted nothing" in lab.text(lab.press(shown, BUTTON))
    assert categories(lab)


def test_who_has_the_command_by_the_servers_settings_alone_deletes_no_category_without_a_note(lab: Lab) -> None:
    """Whoever may change one category's permissions could make any look like this."""
    where = emptied(lab)
    shown = lab.fake.gm.command("delete-campaign", campaign=where)
    demote(lab)  # as if the settings had let somebody without rights run it
    lab.work()
    assert "only who has Manage Channels and Manage Roles can have me delete it" in lab.text(shown)
    assert not lab.fake.message_of(shown).buttons  # type: ignore[union-attr] # it was answered


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_it_is_gone_and_said_to_be(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 12)):
        lab = start()
        shown = ask(lab)
        pressed = lab.fake.gm.press(shown, BUTTON)
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.work()
        assert lab.text(pressed) == "The category is deleted.", (call, lab.fake.faults.happened)
        assert not categories(lab, NAME)
        assert not lab.dead
