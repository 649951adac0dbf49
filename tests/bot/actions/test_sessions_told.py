"""What is said of sessions that Discord, or somebody in it, makes otherwise than their GM may think."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bot.actions.test_sessions import ahead, events, gm, opened, plan
from tests.bot.by_hand import spoil
from tests.bot.outcomes import NAME, categories, roles

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tools.fake_discord import Interaction


@pytest.fixture
def lab(start: Start) -> Lab:
    return opened(start)


def asked(lab: Lab, line: str = "session", **options: object) -> Interaction:
    return lab.do(f"campaign {line}", who=gm(lab), campaign=categories(lab)[0], **options)


@pytest.mark.parametrize(
    ("options", "is_said"),
    [
        ({"zone": "Europe/Berlin", "repeat": "weekly"}, True),
        ({"zone": "Europe/Berlin"}, False),
        ({"zone": "Asia/Tokyo", "repeat": "weekly"}, False),
    ],
)
def test_a_repetition_across_a_change_of_clocks_is_told_of(lab: Lab, options: dict[str, str], *, is_said: bool) -> None:
    """Discord's rule has no time zone: people report events that jump by an hour in spring and autumn."""
    text = lab.text(asked(lab, when=ahead(lab), **options))
    assert ("it is at another time there" in text) is is_said


def by_hand(lab: Lab, **changed: object) -> None:
    [event] = events(lab)
    lab.fake.world.events[event.id] = replace(event, **changed)  # type: ignore[arg-type]


def test_a_repetition_that_the_bot_has_no_word_for_is_said_to_be_lost_before_it_is(lab: Lab) -> None:
    plan(lab, ahead(lab), zone="UTC", repeat="weekly")
    [event] = events(lab)
    daily = {**(event.recurrence or {}), "frequency": 3, "by_weekday": [0, 1, 2, 3, 4]}
    by_hand(lab, recurrence=daily)
    shown = asked(lab, when=ahead(lab, 8), moves=1)
    assert "It would not repeat any longer" in lab.text(shown)
    assert "It would not repeat" not in lab.text(asked(lab, when=ahead(lab, 8), moves=1, repeat="weekly"))


@pytest.mark.parametrize(("line", "button"), [("session", "Plan it"), ("sessions", "Cancel 1")])
def test_a_session_that_is_another_campaigns_by_now_is_left_alone(lab: Lab, line: str, button: str) -> None:
    plan(lab, ahead(lab), zone="UTC")
    shown = asked(lab, line, **({"when": ahead(lab, 8), "moves": 1} if line == "session" else {}))
    lab.add("Another")
    theirs = next(each for each in lab.fake.children("Another") if each.type == 2)
    by_hand(lab, channel_id=theirs.id)
    before = events(lab)
    assert lab.text(lab.press(shown, button, gm(lab))) == "There is no such session any more."
    assert events(lab) == before
    assert before[0].name == NAME


def test_a_session_in_a_channel_that_players_do_not_see_is_not_said_to_be_found_by_them(lab: Lab) -> None:
    assert "Its members find it" in plan(lab, ahead(lab), zone="UTC")
    spoil(lab, "campaign-main", without=roles(lab)[0])
    assert "Its players do not see <#" in plan(lab, ahead(lab, 8), zone="UTC")
