"""Jobs that are in the queue, and not this application's: whoever may send there writes what they like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.outcomes import categories

if TYPE_CHECKING:
    from tests.bot.lab import Lab

OTHER = "1440000000000000001"


def sent(lab: Lab, **changed: Any) -> None:
    lab.fake.gm.command("add-campaign", name="Tomb")
    lab.waiting[0].body = json.dumps(json.loads(lab.waiting[0].body) | changed)
    lab.work()


def test_a_job_of_another_application_is_dropped_and_nothing_is_said_in_its_name(lab: Lab) -> None:
    before = lab.fake.guild
    sent(lab, application_id=OTHER)
    assert lab.fake.guild == before
    assert not lab.dead
    assert lab.calls() == ["get_my_application"]


def test_a_job_for_a_server_that_the_bot_is_not_in_changes_nothing(lab: Lab) -> None:
    before = lab.fake.guild
    sent(lab, guild_id=OTHER)
    assert lab.fake.guild == before
    assert not lab.dead


@pytest.mark.parametrize("user", ["1440000000000000009", "player"])
def test_a_job_in_the_name_of_somebody_else_makes_no_campaign_theirs(lab: Lab, user: str) -> None:
    """The queue is behind IAM; a job that got there all the same hands out no right that its user lacks elsewhere."""
    who = user if user.isdecimal() else lab.fake.person(user).id
    sent(lab, user_id=who)
    for each in categories(lab, "Tomb"):
        lab.do("campaign add-player", who=lab.fake.stranger, campaign=each, player=lab.fake.stranger)
        assert not lab.fake.stranger.sees(each)
