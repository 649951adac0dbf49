"""What differs between a lock and what follows from its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.locking.document import LockedPackage
    from deploy.locking.resolution import Resolution
    from deploy.locking.wheels import Wheel

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


def changes(locked: Mapping[str, LockedPackage], resolved: Resolution) -> tuple[Change, ...]:
    """Compare, by name; equal packages yield nothing."""
    return tuple(
        change
        for name in sorted({*locked, *resolved.packages})
        for change in _changes(name, locked.get(name), resolved)
    )


def _changes(name: str, old: LockedPackage | None, resolved: Resolution) -> Iterator[Change]:
    new = resolved.packages.get(name)
    if old is None or new is None or old.version != new.version:
        yield Change(name=name, before=old.version if old else "", after=new.version if new else "")
        return
    missing = [each for each in resolved.wheels[name] if each.sha256 not in old.hashes]
    unknown = old.hashes - new.hashes
    details = [f"{len(unknown)} hashes of no wheel that fits"] if unknown else []
    details += [f"without the hash of {each.filename}" for each in missing]
    details += (
        [f"marked {old.marker or 'for all'}, needed {new.marker or 'for all'}"] if old.marker != new.marker else []
    )
    if details:
        late = not unknown and old.marker == new.marker and _came_later(missing, old, resolved.wheels[name])
        yield Change(name=name, before=old.version, after=new.version, detail="; ".join(details), late=late)


def _came_later(missing: list[Wheel], old: LockedPackage, fitting: tuple[Wheel, ...]) -> bool:
    known = [each.uploaded for each in fitting if each.sha256 in old.hashes and each.uploaded]
    return bool(known) and all(each.uploaded and each.uploaded > max(known) + _SAME_RELEASE for each in missing)
