"""How requirements are locked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Override:
    """Another cooldown for one package, and why: a fix that cannot wait, for one."""

    days: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Lock:
    """How requirements are locked: a release has to be `cooldown_days` old before it is taken.

    `undated` is the reason to take what an index lists without the date of its upload, empty for none.
    `groups` and `extras` are those of pyproject.toml that are wanted besides the project's dependencies.
    """

    cooldown_days: int = 7
    undated: str = ""
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
