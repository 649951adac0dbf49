"""What differs between a lock and what follows from its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .document import LockedPackage
    from .resolution import Resolution
    from .wheels import LockedWheel

# A release's files are uploaded within hours. A wheel that came later is news, not a gap in the lock.
_SAME_RELEASE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One package: its version before and after, empty where it is not locked, and what else differs.

    `late` tells that nothing differs but wheels that appeared after the release.
    """

    name: str
    before: str
    after: str
    detail: str = ""
    late: bool = False


def changes(locked: Iterable[LockedPackage], resolved: Resolution) -> tuple[Change, ...]:
    """Compare, by name; equal packages yield nothing. A name has several versions where runtimes differ."""
    before, after = _by_name(locked), _by_name(resolved.packages)
    return tuple(
        change
        for name in sorted({*before, *after})
        for change in _changes(name, before.get(name, {}), after.get(name, {}), resolved)
    )


def _by_name(packages: Iterable[LockedPackage]) -> dict[str, dict[str, LockedPackage]]:
    found: dict[str, dict[str, LockedPackage]] = {}
    for each in packages:
        found.setdefault(each.name, {})[each.version] = each
    return found


def _changes(
    name: str, before: Mapping[str, LockedPackage], after: Mapping[str, LockedPackage], resolved: Resolution
) -> Iterator[Change]:
    if set(before) != set(after):
        yield Change(name=name, before=", ".join(sorted(before)), after=", ".join(sorted(after)))
        return
    for version, old in sorted(before.items()):
        yield from _within(old, after[version], resolved.wheels[name, version])


def _within(old: LockedPackage, new: LockedPackage, fitting: tuple[LockedWheel, ...]) -> Iterator[Change]:
    missing = [each for each in fitting if each.sha256 not in old.hashes]
    unknown = old.hashes - new.hashes
    details = [f"{len(unknown)} hashes of no wheel that fits"] if unknown else []
    details += [f"without the hash of {each.filename}" for each in missing]
    details += (
        [f"marked {old.marker or 'for all'}, needed {new.marker or 'for all'}"] if old.marker != new.marker else []
    )
    if details:
        late = not unknown and old.marker == new.marker and _came_later(missing, old, fitting)
        yield Change(name=old.name, before=old.version, after=new.version, detail="; ".join(details), late=late)


def _came_later(missing: list[LockedWheel], old: LockedPackage, fitting: tuple[LockedWheel, ...]) -> bool:
    known = [each.uploaded for each in fitting if each.sha256 in old.hashes and each.uploaded]
    return bool(known) and all(each.uploaded and each.uploaded > max(known) + _SAME_RELEASE for each in missing)
