from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LockChange:
    """A distribution whose version changed; `before` is null where it is new, `after` where it went."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class LockedFile:
    """A lock of the project, the distributions in it, and what changed; `written` is false for --check."""

    file: str
    distributions: int
    changes: tuple[LockChange, ...]
    written: bool


@dataclass(frozen=True, kw_only=True)
class LockOutput:
    """Every lock of the project; none for --image, which pins images in the configuration alone."""

    locks: tuple[LockedFile, ...]


DOCUMENT = LockOutput
