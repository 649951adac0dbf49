"""The releases of a stage, newest first, as the aliases' histories and the versions' descriptions tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..published.functions import note_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..aws.functions import FunctionState
    from ..published.functions import ServedFunction


@dataclass(frozen=True, kw_only=True)
class KnownRelease:
    """A release: each function's version in it, None where that is gone; `made` is ISO 8601, of the newest of them.

    `live` are the functions whose alias stands for it now.
    """

    id: str
    git: str
    made: str
    versions: Mapping[str, str | None]
    live: tuple[str, ...]


def of(functions: Sequence[ServedFunction]) -> tuple[KnownRelease, ...]:
    """Return every release that some function of the stage tells of."""
    names = dict.fromkeys(passed.release for each in functions for passed in each.passed())
    found = [_known(name, functions) for name in names]
    return tuple(sorted(found, key=lambda each: each.made, reverse=True))


def _known(release: str, functions: Sequence[ServedFunction]) -> KnownRelease:
    states = dict(_states(release, functions))
    there = [each for each in states.values() if each is not None]
    notes = [note for each in there if (note := note_of(each))]
    return KnownRelease(
        id=release,
        git=next((note.git for note in notes if note.git != "none"), ""),
        made=max((each.modified for each in there), default=""),
        versions={name: state.version if state else None for name, state in states.items()},
        live=tuple(each.name for each in functions if each.release == release),
    )


def _states(release: str, functions: Sequence[ServedFunction]) -> Iterator[tuple[str, FunctionState | None]]:
    """Yield the functions that were in a release, each with its version if that is still there."""
    for each in functions:
        numbers = [passed.version for passed in each.passed() if passed.release == release]
        if numbers:
            yield each.name, next((state for number in numbers if (state := each.found.version(number))), None)
