from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CheckOutput:
    """What was looked at and is good, in words; a fault is an error in its place."""

    good: tuple[str, ...]
    remarks: tuple[str, ...]


DOCUMENT = CheckOutput
