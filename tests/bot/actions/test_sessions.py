"""When a campaign plays: planned, repeated, moved, cancelled, and seen by its members alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from channelwright.actions.session_time import word
from channelwright.jobs import Job
from channelwright.permission_bits import INVITED
from tests.bot.by_hand import drop
from tests.bot.outcomes import NAME, categories
from tests.bot.worker.test_creation_faults import LASTING, PASSING
from tools.fake_discord import Opening

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord.members.people import Person
    from tools.fake_discord.operations.events import ScheduledEvent


@pytest.fixture
def lab(start: Start) -> Lab:
    return opened(start)


def opened(start: Start, permissions: int = INVITED) -> Lab:
    lab = start(Opening(bot_permissions=permissions))
    lab.fake.join("sybil")
    lab.add(gm=gm(lab))
    lab.fake.clock.advance(60)
    return lab


def gm(lab: Lab) -> Person:
    return lab.fake.person("sybil")


def ahead(lab: Lab, days: int = 7) -> str:
    return datetime.fromtimestamp(lab.fake.clock.now() + days * 86_400, UTC).strftime("%Y-%m-%d 19:30")


def plan(lab: Lab, when: str, **options: object) -> str:
    shown = lab.do("campaign session", who=gm(lab), campaign=categories(lab)[0], when=when, **options)
    if not lab.fake.message_of(shown).buttons:  # type: ignore[union-attr] # it was answered
        return lab.text(shown)
    assert f"**{NAME}** would play <t:" in lab.text(shown)
    return lab.text(lab.press(shown, "Plan it", gm(lab)))


def sessions(lab: Lab) -> str:
    return lab.text(lab.do("campaign sessions", who=gm(lab), campaign=categories(lab)[0]))


def events(lab: Lab) -> list[ScheduledEvent]:
    return sorted(lab.fake.world.events.values(), key=lambda each: each.start)


def hours(lab: Lab) -> list[int]:
    return [datetime.fromtimestamp(each.start, UTC).hour for each in events(lab)]


def test_a_session_is_an_event_in_the_voice_channel_at_the_gms_own_time(lab: Lab) -> None:
    assert "Its members find it" in plan(lab, ahead(lab), zone="Asia/Tokyo")
    [event] = events(lab)
    assert lab.fake.channel(event.channel_id).name == "campaign-main"
    assert (event.name, hours(lab)) == (NAME, [10])
    assert f"1. <t:{int(event.start)}:F>" in sessions(lab)


def test_the_zone_is_said_once_and_survives_a_repair(lab: Lab) -> None:
    assert "Say in which time zone" in plan(lab, ahead(lab))
    plan(lab, ahead(lab), zone="Asia/Tokyo")
    plan(lab, ahead(lab, 8))
    drop(lab, "safety")
    lab.fake.clock.advance(60)
    repaired = lab.do("campaign doctor", who=gm(lab), campaign=categories(lab)[0], repair=True)
    assert "is repaired" in lab.text(repaired)
    plan(lab, ahead(lab, 9))
    assert hours(lab) == [10, 10, 10]


@pytest.mark.parametrize(
    ("repeat", "frequency", "interval"), [("weekly", 2, 1), ("every two weeks", 2, 2), ("monthly", 1, 1)]
)
def test_a_session_that_repeats_is_as_discord_repeats_events(
    lab: Lab, repeat: str, frequency: int, interval: int
) -> None:
    assert repeat in plan(lab, ahead(lab), zone="UTC", repeat=repeat)
    [event] = events(lab)
    assert event.recurrence is not None
    assert (event.recurrence["frequency"], event.recurrence["interval"]) == (frequency, interval)
    assert "and again" in sessions(lab)


def test_a_session_is_moved_and_cancelled(lab: Lab) -> None:
    for days in (7, 14):
        plan(lab, ahead(lab, days), zone="UTC")
    first, second = events(lab)
    assert "plays <t:" in plan(lab, ahead(lab, 21), moves=1)
    assert [each.id for each in events(lab)] == [second.id, first.id]
    assert "has 2 sessions" in plan(lab, ahead(lab, 28), moves=3)
    shown = lab.do("campaign sessions", who=gm(lab), campaign=categories(lab)[0])
    assert "is cancelled" in lab.text(lab.press(shown, "Cancel 2", gm(lab)))
    assert [each.id for each in events(lab)] == [second.id]


def test_events_of_others_are_neither_listed_nor_cancelled(lab: Lab) -> None:
    plan(lab, ahead(lab), zone="UTC")
    [event] = events(lab)
    theirs = replace(event, id=lab.fake.world.snowflakes.next(), creator=lab.fake.owner.member.user)
    lab.fake.world.events[theirs.id] = theirs
    assert "\n2. " not in sessions(lab)


def test_only_who_may_run_the_campaign_plans_its_sessions(lab: Lab) -> None:
    for command, options in (("session", {"when": ahead(lab), "zone": "UTC"}), ("sessions", {})):
        shown = lab.do(f"campaign {command}", who=lab.fake.stranger, campaign=categories(lab)[0], **options)
        assert "is run by its GM" in lab.text(shown)


def test_a_bot_that_may_not_create_events_says_so(start: Start) -> None:
    lab = opened(start, INVITED & ~(1 << 44))
    assert "I lack Create Events in this server" in plan(lab, ahead(lab), zone="UTC")
    assert not events(lab)


def test_many_sessions_fit_into_the_answer(lab: Lab) -> None:
    for days in range(40):
        plan(lab, ahead(lab, 7 + days), zone="UTC")
    assert len(events(lab)) == 40
    assert len(sessions(lab)) <= 2000


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_a_session_is_planned_once(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 20)):
        lab = opened(start)
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        plan(lab, ahead(lab), zone="UTC")
        assert len(events(lab)) == 1, (call, lab.fake.faults.happened)
        assert not lab.dead


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", LASTING)
def test_what_discord_refuses_is_told_and_planned_when_asked_again(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 20)):
        lab = opened(start)
        lab.fake.faults.on("*", LASTING[fault](), call=call)
        assert plan(lab, ahead(lab), zone="UTC") or "webhook" in str(lab.fake.faults.happened)
        if not events(lab):
            plan(lab, ahead(lab), zone="UTC")
        assert len(events(lab)) == 1, call


def test_a_button_that_is_pressed_on_two_devices_at_once_plans_one_session(lab: Lab) -> None:
    shown = lab.do("campaign session", who=gm(lab), campaign=categories(lab)[0], when=ahead(lab), zone="UTC")
    gm(lab).press(shown, "Plan it")
    pressed = Job.from_json(lab.waiting[0].body)
    lab.put(replace(pressed, interaction_id=str(int(pressed.interaction_id) + 1)))
    lab.work()
    assert len(events(lab)) == 1


def test_every_session_of_many_can_be_cancelled(lab: Lab) -> None:
    for days in range(7, 24):
        plan(lab, ahead(lab, days), zone="UTC")
    shown = lab.do("campaign sessions", who=gm(lab), campaign=categories(lab)[0])
    lab.press(shown, "More", gm(lab))
    last = events(lab)[-1]
    lab.press(shown, "Cancel 17", gm(lab))
    assert last not in events(lab)
    assert len(events(lab)) == 16


@pytest.mark.parametrize("repeat", ["weekly", "every two weeks", "monthly"])
def test_a_session_that_repeats_goes_on_to_when_it_is_moved(lab: Lab, repeat: str) -> None:
    plan(lab, ahead(lab), zone="UTC", repeat=repeat)
    plan(lab, ahead(lab, 8), zone="UTC", moves=1)
    [event] = events(lab)
    assert event.recurrence is not None
    assert word(event.recurrence) == repeat
    plan(lab, ahead(lab, 9), zone="UTC", moves=1, repeat="weekly")
    assert [word(each.recurrence or {}) for each in events(lab)] == ["weekly"]
