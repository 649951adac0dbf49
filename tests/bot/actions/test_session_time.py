"""What GMs type for a time, held against the standard library's own time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.actions.session_time import clock_change, moment, rule
from channelwright.stopped import StoppedError

NOW = datetime(2027, 1, 1, tzinfo=UTC)
YEARS = st.integers(0, 700 * 1440)
STEADY = st.sampled_from(["UTC", "Asia/Tokyo", "Asia/Kolkata"])


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        ("2027-01-30 19:30", "Europe/Berlin", "2027-01-30T18:30"),
        ("2027-07-30 19:30", "Europe/Berlin", "2027-07-30T17:30"),
        (" 30.01.2027   19:30 ", "America/New_York", "2027-01-31T00:30"),
        ("2027-01-30T19:30", "Asia/Kolkata", "2027-01-30T14:00"),
        ("<t:1801337400:F>", "", "2027-01-30T19:30"),
        ("<t:1801337400>", "Europe/Berlin", "2027-01-30T19:30"),
        ("1801337400", "", "2027-01-30T19:30"),
        ("2027-10-31 02:30", "Europe/Berlin", "2027-10-31T00:30"),  # twice that night: the first of them
    ],
)
def test_a_time_is_read_in_its_zone(text: str, zone: str, found: str) -> None:
    assert moment(text, zone, NOW.timestamp()) == datetime.fromisoformat(f"{found}+00:00")


@pytest.mark.parametrize(
    ("text", "zone", "words"),
    [
        ("tomorrow", "UTC", "I cannot read `tomorrow` as a time"),
        ("2027-02-30 19:30", "UTC", "I cannot read"),
        ("2027-01-30 25:30", "UTC", "I cannot read"),
        ("", "UTC", "I cannot read"),
        ("0001-01-01 00:00", "Europe/Berlin", "I cannot read"),
        ("9999-12-31 23:59", "America/New_York", "I cannot read"),
        ("2026-12-31 19:30", "UTC", "is over"),
        ("<t:1000000000:R>", "", "is over"),
        ("2029-06-01 19:30", "UTC", "more than two years ahead"),
        ("2027-01-30 19:30", "", "Say in which time zone"),
        ("2027-01-30 19:30", "Berlin", "There is no time zone `Berlin`"),
        ("2027-01-30 19:30", "../../etc/passwd", "There is no time zone"),
        ("2027-01-30 19:30", "/etc/passwd", "There is no time zone"),
        ("2027-03-28 02:30", "Europe/Berlin", "clocks skip that hour"),
    ],
)
def test_what_is_no_time_ahead_is_refused_with_the_reason(text: str, zone: str, words: str) -> None:
    with pytest.raises(StoppedError, match=words):
        moment(text, zone, NOW.timestamp())


@given(YEARS, STEADY)
def test_every_minute_of_a_zone_without_summer_time_is_read_as_it_is(minutes: int, zone: str) -> None:
    there = (NOW + timedelta(days=1, minutes=minutes)).astimezone(ZoneInfo(zone))
    assert moment(there.strftime("%Y-%m-%d %H:%M"), zone, NOW.timestamp()) == there


@given(st.integers(0, 600))
def test_a_monthly_rule_names_the_week_and_the_day_on_which_it_starts(days: int) -> None:
    start = NOW + timedelta(days=days)
    found = rule(start, "monthly")
    assert found is not None
    [day] = found["by_n_weekday"]
    assert day["day"] == start.weekday()
    before = [start - timedelta(weeks=weeks) for weeks in range(1, 6)]
    assert day["n"] == 1 + sum(each.month == start.month for each in before)


@pytest.mark.parametrize(
    ("start", "zone", "day"),
    [
        ("2027-01-30T18:30", "Europe/Berlin", "2027-03-28"),
        ("2027-03-27T23:30", "Europe/Berlin", "2027-03-28"),
        ("2027-06-30T17:30", "Europe/Berlin", "2027-10-31"),
        ("2027-01-30T01:00", "America/New_York", "2027-03-14"),
        ("2027-10-01T09:00", "Australia/Lord_Howe", "2027-10-02"),  # 03 there, by half an hour
    ],
)
def test_the_day_on_which_clocks_change_is_known(start: str, zone: str, day: str) -> None:
    change = clock_change(datetime.fromisoformat(f"{start}+00:00"), zone)
    assert change is not None
    assert change.date().isoformat() == day


@given(st.integers(0, 700), STEADY)
def test_where_clocks_never_change_none_is_told_of(days: int, zone: str) -> None:
    assert clock_change(NOW + timedelta(days=days), zone) is None
