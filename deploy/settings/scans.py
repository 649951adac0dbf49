"""How what is in the layers is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Clarified:
    """What a distribution's licence file says, as SPDX, where its metadata does not; and how that is known."""

    license: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Ignore:
    """A finding that the project lives with, why, and the last day that it does, as YYYY-MM-DD."""

    id: str
    reason: str
    until: str


@dataclass(frozen=True, kw_only=True)
class Scan:
    """How `scan` judges: OSV's query URL, the licences allowed, and what is known better or ignored."""

    vulnerabilities: str = "https://api.osv.dev/v1/query"
    licenses: tuple[str, ...] = ()
    clarify: Mapping[str, Clarified] = field(default_factory=dict)
    ignore: tuple[Ignore, ...] = ()
