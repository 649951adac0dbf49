"""Who requires a distribution, by the metadata of what was unpacked: some can only be imported once that one was.

psycopg-binary is the compiled half of psycopg, and refuses to be imported before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..files import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .values import Plan

# Where the name in a requirement ends: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def tops(distribution: str, plan: Plan) -> Iterator[str]:
    """Yield the top-level packages of those that require a distribution, be it with an extra of theirs."""
    from importlib import metadata

    dependents = {
        normalised(each.name)
        for each in metadata.distributions(path=[f"{plan.layer}/python"])
        if any(_named(line) == distribution for line in each.requires or ())
    }
    yield from (each.top for each in plan.subjects if each.distribution in dependents - {distribution})


def _named(requirement: str) -> str:
    match = _NAME.match(requirement)
    return normalised(match[0]) if match else ""
