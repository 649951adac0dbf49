"""What locking own sources starts from, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..locking.document import LockedPackage
    from ..locking.uv.call import Uv
    from .described import CommitDescription
    from .places import SourcePlace


@dataclass(frozen=True, kw_only=True)
class Following:
    """What a lock follows from besides what is wanted: whole Python versions, what is locked, uv's options."""

    uv: Uv
    versions: Mapping[str, str]
    preferred: Mapping[str, str]
    upgrade: Sequence[str]


@dataclass(frozen=True)
class Section:
    """What building one source takes, locked, and what git said of its commit, where a version is made of that."""

    packages: Sequence[LockedPackage] = ()
    described: CommitDescription | None = None


@dataclass(frozen=True, kw_only=True)
class OwnSources:
    """What came of them: requirements and limits in uv's words, and what building takes, by origin.

    `places` has the source of each by the name of its distribution.
    """

    lines: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    places: Mapping[str, SourcePlace] = field(default_factory=dict)
    sections: Mapping[str, Section] = field(default_factory=dict)

    def named(self, package: LockedPackage) -> LockedPackage:
        """Say of a locked package which source it was built from."""
        if package.name not in self.places:
            return package
        origin = self.places[package.name]
        return replace(package, origin=origin.origin, digest=origin.digest)
