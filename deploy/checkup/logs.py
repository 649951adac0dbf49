"""Imports that failed in the last invocations, as the functions' logs tell.

The runtime's own words: https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..aws import logs
from ..layer import causes
from .findings import broken, ok, unknown, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.connection import Aws
    from ..aws.logs import Event
    from ..published.functions import DeployedFunction
    from .findings import Finding

PHRASES = (
    "Runtime.ImportModuleError",
    "Runtime.HandlerNotFound",
    "Runtime.UserCodeSyntaxError",
    "Runtime.MalformedHandlerName",
    "No module named",
    "GLIBC",
    "cannot open shared object file",
)
_VERSION = re.compile(r"\[(\$LATEST|[0-9]+)\]")
_LONGEST = 300


def failed_imports(aws: Aws, functions: Sequence[DeployedFunction], hours: float, now: datetime) -> Iterator[Finding]:
    """Search the log of each function; what a version wrote that is not live any more is only a warning."""
    since = now - timedelta(hours=hours)
    for each in functions:
        if each.latest is None:
            continue
        group = each.latest.configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{each.name}"
        found = logs.search(aws, group, PHRASES, since)
        if found is None:
            yield ok(f"{each.name} has written no log: there is no group {group}")
            continue
        yield from _told(each, found.events)
        if not found.ended:
            cause = f"its log of {hours:g} h is longer than {logs.PAGES} pages"
            yield unknown(f"all of {each.name}'s log", cause, "look at fewer hours: --hours 1")
        elif not found.events:
            yield ok(f"{each.name} failed no import in the last {hours:g} h")


def _told(each: DeployedFunction, events: Sequence[Event]) -> Iterator[Finding]:
    """Yield one finding for each error, however often it was written."""
    same: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        same[_line(event.message), _version(event.stream)].append(event)
    for (line, version), some in same.items():
        last = datetime.fromtimestamp(some[-1].at / 1000, UTC)
        times = f"{len(some)} times, last" if len(some) > 1 else "once,"
        what = f"{each.name}{f':{version}' if version else ''} failed {times} at {last:%Y-%m-%d %H:%M} UTC: {line}"
        cause, cure = causes.of_message(line)
        if each.live and version and version != each.live.version:
            yield warning(what, f"{cause}; that version is not live", cure)
        else:
            yield broken(what, cause, cure)


def _version(stream: str) -> str:
    """Return the function version that a log stream is named for; empty where its name does not say.

    >>> _version("2026/11/26/[3]5c0b"), _version("2026/11/26/my-function[$LATEST]5c0b"), _version("mine")
    ('3', '$LATEST', '')
    """
    found = _VERSION.search(stream)
    return found[1] if found else ""


def _line(message: str) -> str:
    """Return what of an event says what failed: the line of a text, or the fields of JSON.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
    """
    try:
        content = json.loads(message)
    except ValueError:
        content = None
    if isinstance(content, dict):
        text = ": ".join(str(content[key]) for key in ("errorType", "errorMessage") if content.get(key))
        return (text or str(content.get("message", message)))[:_LONGEST]
    lines = [line.strip() for line in message.splitlines() if any(phrase in line for phrase in PHRASES)]
    return (lines or [message.strip()])[0].removeprefix("[ERROR] ")[:_LONGEST]
