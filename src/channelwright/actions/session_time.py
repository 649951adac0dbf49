"""When a session is: what a GM types, as a moment, and how it repeats."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from channelwright.jobs import REPEATS
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

_STAMP = re.compile(r"<t:(?P<seconds>[0-9]{9,11})(?::[a-zA-Z])?>|(?P<plain>[0-9]{9,11})")
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M")
FURTHEST = timedelta(days=2 * 366)
# Discord's frequencies, https://docs.discord.com/developers/resources/guild-scheduled-event: a recurrence rule.
WEEKLY, MONTHLY = 2, 1
ONCE, (EVERY_WEEK, EVERY_TWO_WEEKS, EVERY_MONTH) = "", REPEATS
LETTERS = {ONCE: "o", EVERY_WEEK: "w", EVERY_TWO_WEEKS: "f", EVERY_MONTH: "m"}
WORDS = {letter: word for word, letter in LETTERS.items()}


def moment(text: str, zone: str, now: float) -> datetime:
    """Return when `text` is, in `zone` where it does not say; raise StoppedError for what is no time ahead."""
    text = " ".join(text.split())
    stamp = _STAMP.fullmatch(text)
    if stamp:
        found = datetime.fromtimestamp(int(stamp["seconds"] or stamp["plain"]), UTC)
    else:
        found = _local(text, zone).astimezone(UTC)
    if found.timestamp() <= now:
        raise StoppedError(say("{when} is over. {how}", when=f"<t:{int(found.timestamp())}:F>", how=how()))
    if found - datetime.fromtimestamp(now, UTC) > FURTHEST:
        raise StoppedError(
            say("{when} is more than two years ahead. {how}", when=f"<t:{int(found.timestamp())}:F>", how=how())
        )
    return found


def how() -> str:
    return say("Write it as `2027-01-30 19:30`, or as one of Discord's own, `<t:…>`.")


def often(repeat: str) -> str:
    """Return how often a session comes again, for people."""
    return {EVERY_WEEK: say("weekly"), EVERY_TWO_WEEKS: say("every two weeks"), EVERY_MONTH: say("monthly")}[repeat]


def _local(text: str, zone: str) -> datetime:
    for form in _FORMS:
        try:
            there = datetime.strptime(text, form).replace(tzinfo=known(zone))
            back = there.astimezone(UTC).astimezone(there.tzinfo)
        except (ValueError, OverflowError):  # in another form, or on the first or last day that there is
            continue
        # An hour that a clock skips in spring comes back as another one.
        if back.replace(fold=0) != there:
            raise StoppedError(say("There is no {text} in {zone}: clocks skip that hour.", text=text, zone=zone))
        return there
    raise StoppedError(say("I cannot read `{text}` as a time. {how}", text=text[:40], how=how()))


def known(zone: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA database; raise StoppedError for another."""
    import zoneinfo  # reads its environment, and costs a start that seldom needs it

    if not zone:
        raise StoppedError(say("Say in which time zone that is, once: `zone:Europe/Berlin`, for example. I note it."))
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise StoppedError(
            say("There is no time zone `{zone}`. Write it as `Europe/Berlin` or `UTC`.", zone=zone[:40])
        ) from None


def clock_change(start: datetime, zone: str) -> datetime | None:
    """Return when, in the year after `start`, the clocks of a zone change next; to the hour. None where they do not.

    Discord repeats events by UTC, so that one that repeats is at another hour from then on.
    """
    there = known(zone)

    def is_other(at: datetime) -> bool:
        return at.astimezone(there).utcoffset() != start.astimezone(there).utcoffset()

    days = (start + timedelta(days=each) for each in range(1, 367))
    after = next(filter(is_other, days), None)
    hours = (after - timedelta(hours=each) for each in range(24, -1, -1)) if after else ()
    return next(filter(is_other, hours), None)


def rule(start: datetime, repeat: str) -> dict[str, Any] | None:
    """Return Discord's recurrence rule; its days are those of UTC."""
    if not repeat:
        return None
    found: dict[str, Any] = {"start": start.isoformat(), "interval": 2 if repeat == EVERY_TWO_WEEKS else 1}
    if repeat == EVERY_MONTH:
        nth = min((start.day - 1) // 7 + 1, 5)
        return found | {"frequency": MONTHLY, "by_n_weekday": [{"n": nth, "day": start.weekday()}]}
    return found | {"frequency": WEEKLY, "by_weekday": [start.weekday()]}


def word(rule: Mapping[str, Any]) -> str:
    """Return how often a rule of ours repeats; empty for a rule that somebody made."""
    if rule["frequency"] == MONTHLY:
        return EVERY_MONTH if rule["interval"] == 1 else ONCE
    weekly = {1: EVERY_WEEK, 2: EVERY_TWO_WEEKS}
    return weekly.get(rule["interval"], ONCE) if rule["frequency"] == WEEKLY else ONCE
