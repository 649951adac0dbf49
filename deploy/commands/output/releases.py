from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...status.releases import KnownRelease


@dataclass(frozen=True, kw_only=True)
class ListedRelease:
    """A release: the version of each function in it, null where that is gone, and those whose alias stands for it now.

    `git` and `made` are null where nothing tells them.
    """

    release: str
    git: str | None
    made: str | None
    functions: Mapping[str, str | None]
    live: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReleasesOutput:
    """The releases of a stage, newest first."""

    stage: str
    releases: tuple[ListedRelease, ...]


DOCUMENT = ReleasesOutput


def output(stage: str, found: Sequence[KnownRelease]) -> ReleasesOutput:
    return ReleasesOutput(stage=stage, releases=tuple(_release(each) for each in found))


def _release(known: KnownRelease) -> ListedRelease:
    return ListedRelease(
        release=known.id,
        git=known.git or None,
        made=known.made or None,
        functions=known.versions,
        live=known.live,
    )
