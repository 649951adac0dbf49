"""The names of resources in the template: a function's key in capitals, and what it is, as in TakeOrderRole.

A name depends on its own key alone, so that a function that comes or goes leaves the others as they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KINDS = (
    "Alias",
    "DeadLetters",
    "DeadLettersAlarm",
    "ErrorsAlarm",
    "Function",
    "Logs",
    "Queue",
    "QueueSource",
    "Role",
    "Schedule",
    "ScheduleAccess",
    "Url",
    "UrlAccess",
    "UrlInvocation",
    "Version",
)
"""What a function may have. None is the end of another: so the names of two functions are never the same."""

GIVEN = ("Stage", "NameSuffix", "RoleBoundary", "AlarmTopicArn")
"""Parameters that every template of the pipeline has; the first two are filled in from the stage."""

LENGTH = 255
"""Characters of a logical id: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html."""


def stem(key: str) -> str:
    """Return what the names of a function's resources begin with.

    >>> stem("take-order"), stem("worker")
    ('TakeOrder', 'Worker')
    """
    return "".join(word[0].upper() + word[1:] for word in re.findall("[a-zA-Z0-9]+", key))


def ambiguous(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the keys that no resource can be named by, each with the reason."""
    by_stem: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_stem[stem(key)].append(key)
    for name, those in by_stem.items():
        if not name or len(name) + max(map(len, KINDS)) > LENGTH:
            yield from ((key, "gives its resources no name: too long, or without letters and digits") for key in those)
        for key in those[1:]:
            yield key, f"gives its resources the same names as {those[0]}: {name}…"


def taken(keys: Iterable[str], parameters: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the parameters that have a resource's name, each with where it is asked for."""
    resources = {f"{stem(key)}{kind}" for key in keys for kind in KINDS}
    yield from ((name, where) for name, where in parameters.items() if name in resources)
