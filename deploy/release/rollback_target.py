"""Where a stage can go back to: for each function the version that it had in a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Fault, RolloutError
from . import history

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..aws.functions import FunctionState
    from ..published.descriptions import Passed
    from ..published.functions import ServedFunction


def before(functions: Sequence[ServedFunction]) -> tuple[str, Mapping[str, FunctionState]]:
    """Find the release before the one that is live, and each function's version in it.

    A release is its bytes. Where the live one had another configuration before, that is what was before.
    """
    now = history.current(functions)
    earlier = {each.name: each.history[1] for each in functions if len(each.history) > 1}
    if any(passed.release == now for passed in earlier.values()):
        stays = {each.name: each.history[0] for each in functions}
        again = {name: passed for name, passed in earlier.items() if passed.release == now}
        return now, _found(functions, {name: [passed] for name, passed in (stays | again).items()})
    if not earlier:
        raise RolloutError([_first(now)])
    before = next(iter(earlier.values())).release
    return before, versions(functions, before)


def versions(functions: Sequence[ServedFunction], release: str) -> Mapping[str, FunctionState]:
    """Find each function's version in a release, without the functions that are newer than all of their history."""
    ways = {each.name: list(history.candidates(each, release)) for each in functions}
    newer = {each.name for each in functions if not ways[each.name] and _is_new(each)}
    return _found(functions, {name: way for name, way in ways.items() if name not in newer})


def _is_new(served: ServedFunction) -> bool:
    """Whether a function never was in another release than the one that it came with."""
    return len({passed.release for passed in served.passed()}) == 1


def _found(functions: Sequence[ServedFunction], ways: Mapping[str, Sequence[Passed]]) -> Mapping[str, FunctionState]:
    """Take the first version of each way that is still there; raise RolloutError with each function that has none."""
    found: dict[str, FunctionState] = {}
    faults: list[Fault] = []
    for served in functions:
        way = ways.get(served.name)
        state = next((state for passed in way or () if (state := served.found.version(passed.version))), None)
        if state is not None:
            found[served.name] = state
        elif way is not None:
            faults.append(_gone(served, way))
    if faults:
        raise RolloutError(faults)
    return found


def _first(release: str) -> Fault:
    return Fault(
        release,
        "is the first release of this stage: there is none before it",
        cure="deploy an earlier commit, or name a release",
    )


def _gone(served: ServedFunction, way: Sequence[Passed]) -> Fault:
    if not way:
        return Fault(
            served.where,
            "tells of no version in that release",
            cause="it was in other releases then, or its history does not go back as far",
            cure=f"name one of {', '.join(dict.fromkeys(each.release for each in served.passed()))}",
        )
    return Fault(
        f"{served.name}:{way[0].version}",
        f"is what release {way[0].release} ran, and was deleted",
        cause="`prune`, or a person, removed it",
        cure="name a later release, or deploy that commit again",
    )
