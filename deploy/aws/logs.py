"""CloudWatch Logs: the events of a log group that hold a phrase; a group looked for, and deleted.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from .connection import Aws

PAGES = 20
"""Pages that are read for a phrase. Each looks through at most a megabyte of log, and may hold nothing."""


@dataclass(frozen=True)
class Event:
    """A log event: `at` in milliseconds since 1970, UTC; `stream` is named for the function version that wrote it."""

    id: str
    at: int
    stream: str
    message: str


@dataclass(frozen=True)
class Search:
    """The events found, oldest first. `ended` is False where there is more log than was looked through."""

    events: tuple[Event, ...]
    ended: bool


def search(aws: Aws, group: str, phrases: Sequence[str], since: datetime) -> Search | None:
    """Find the events that hold one of these phrases; None where there is no such log group."""
    events: dict[str, Event] = {}
    ended = True
    with asking("logs:FilterLogEvents", group):
        try:
            for phrase in phrases:
                pages = aws.logs.get_paginator("filter_log_events").paginate(
                    logGroupName=group, filterPattern=f'"{phrase}"', startTime=int(since.timestamp() * 1000)
                )
                count = 0
                for count, page in enumerate(pages, start=1):
                    events |= {event.id: event for event in _events(page.get("events", ()), phrase)}
                    if count == PAGES:
                        break
                ended = ended and count < PAGES
        except aws.logs.exceptions.ResourceNotFoundException:
            return None
    return Search(tuple(sorted(events.values(), key=lambda event: event.at)), ended)


def _events(found: Sequence[object], phrase: str) -> Iterator[Event]:
    for each in found:
        raw = dict(each)  # type: ignore[call-overload] # boto3-stubs has a TypedDict here
        message = raw.get("message", "")
        if phrase in message:
            identity = raw.get("eventId") or f"{raw.get('logStreamName')}:{raw.get('timestamp')}:{message}"
            yield Event(identity, raw.get("timestamp", 0), raw.get("logStreamName", ""), message)


def exists(aws: Aws, group: str) -> bool:
    """Whether there is a log group of this name."""
    pages = aws.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group)
    with asking("logs:DescribeLogGroups", group):
        return any(each["logGroupName"] == group for page in pages for each in page["logGroups"])


def delete(aws: Aws, group: str) -> None:
    """Delete a log group with all events; there is no error where it is gone already."""
    with asking("logs:DeleteLogGroup", group):
        try:
            aws.logs.delete_log_group(logGroupName=group)
        except aws.logs.exceptions.ResourceNotFoundException:
            return
