"""What is judged of a version, and by which policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class KeepPolicy:
    """What is kept though nothing refers to it: the newest `keep`, and what is younger than `days` at `now`."""

    keep: int
    days: int
    now: datetime

    def young(self, created: str) -> Iterator[str]:
        """Say that a version is young, or that its age is unknown; nothing where it is old or no matter."""
        if not self.days:
            return
        try:
            moment = datetime.fromisoformat(created)
        except ValueError:
            yield "its age is unknown"
            return
        age = self.now - moment.astimezone(UTC)
        if age < timedelta(days=self.days):
            yield f"{age.days} days old"


@dataclass(frozen=True, kw_only=True)
class JudgedVersion:
    """A version, `kept` for these reasons, or to be deleted for want of any.

    `made_of` is the release or the digest that its description names. `size` is the zip's bytes; of layer versions
    it is known for those that are to be deleted, of many of them for some. `channels` are the parameters that could
    name it. `is_freed` tells that it is kept, and still marked by a prune that was stopped before it deleted it.
    """

    kind: Literal["function", "layer"]
    name: str
    version: int
    arn: str
    created: str
    made_of: str
    size: int | None
    kept: tuple[str, ...]
    channels: tuple[str, ...] = ()
    is_freed: bool = False

    @property
    def goes(self) -> bool:
        return not self.kept

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"
