"""What importlib.metadata answers about the zip, against the lock and against the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import Fault
from ...terminal.characters import in_one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ...inside.look.values import Described

_REBUILD = "build the layer again with --no-cache"


def strangers(described: Iterable[Described], wanted: Collection[str], pins: Mapping[str, str]) -> list[Fault]:
    """Return the distributions that are not found in the layer, or under another version than the lock has."""
    found = {each.distribution: each for each in described}
    faults = []
    for name in wanted:
        each = found.get(name)
        where = f"{name}: {name}"
        if each and each.error:
            cause = "its dist-info is not whole"
            faults.append(
                Fault(where, f"importlib.metadata cannot read it: {in_one_line(each.error)}", cause, _REBUILD)
            )
        elif each is None or not each.home:
            faults.append(Fault(where, "importlib.metadata finds it nowhere", "its dist-info is not there", _REBUILD))
        elif each.home != "layer":
            cause = "its dist-info was taken out of the layer"
            faults.append(Fault(where, "importlib.metadata finds another copy", cause, _REBUILD))
        elif each.version != pins.get(name):
            faults.append(
                Fault(where, f"says it is {in_one_line(each.version)}; the lock has {pins.get(name)}", cure=_REBUILD)
            )
    return faults


def differences(
    zipped: Iterable[Described], reference: Iterable[Described], cut: Collection[str], tops: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield by distribution what the zip answers less than the reference.

    Those in `cut` have their metadata cut by a rule that was asked for, and only have to be found. `tops` are the
    import names that the zip has.
    """
    before = {each.distribution: each for each in reference}
    for now in zipped:
        then = before.get(now.distribution)
        if then and now.home and now.distribution not in cut:
            yield from ((now.distribution, what) for what in _differences(now, then, tops))


def _differences(now: Described, then: Described, tops: Collection[str]) -> Iterator[str]:
    if lost := sorted(set(map(_short, then.headers)) - set(map(_short, now.headers))):
        yield f"its metadata lacks {lost[0]!r}" + (f" and {len(lost) - 1} more headers" if len(lost) > 1 else "")
    if lost := sorted(set(then.requires) - set(now.requires)):
        yield f"its metadata no longer requires {lost[0]!r}"
    if lost := sorted(set(then.entry_points) - set(now.entry_points)):
        yield f"its entry point {lost[0]!r} is gone"
    if lost := sorted(set(then.packages) & set(tops) - set(now.packages)):
        yield f"packages_distributions() no longer leads from {lost[0]!r} to it"
    if then.files is not None and now.files is None:
        yield "importlib.metadata.files() answers None: its RECORD is gone"
    elif lost := sorted(set(now.absent) - set(then.absent)):
        yield f"importlib.metadata.files() names {lost[0]!r}, which is not there"


def _short(header: tuple[str, str]) -> str:
    return f"{header[0]}: {header[1]}"[:80]
