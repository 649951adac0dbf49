"""The values of a release's life: layers that are published, function versions that are live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..layer.verify import VerifiedLayer


@dataclass(frozen=True, kw_only=True)
class PublishedLayer:
    """A layer version in AWS that has the very bytes of a verified layer; `reused` when it was there before."""

    verified: VerifiedLayer
    arn: str
    version: int
    reused: bool


@dataclass(frozen=True, kw_only=True)
class LiveFunction:
    """A function whose alias stands for `version`; `was` is the version before, the same when nothing moved."""

    name: str
    alias: str
    version: str
    was: str

    @property
    def moved(self) -> bool:
        return self.version != self.was


@dataclass(frozen=True, kw_only=True)
class Release:
    """What traffic meets now. `id` is decided by the bytes alone, `uploaded` counts the bytes sent for it."""

    id: str
    functions: tuple[LiveFunction, ...]
    uploaded: int
