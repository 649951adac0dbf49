"""What `lock` says of a lock: what changed, or in what it does not follow from its inputs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..errors import Fault, LockError
from ..invocation import advised
from ..locking import document
from ..terminal.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from ..console import Console
    from ..locking.difference import Change
    from ..locking.document import LockedPackage
    from ..locking.resolution import Resolution
    from ..settings import Settings


def check(found: tuple[Change, ...], settings: Settings, source: Path, console: Console) -> None:
    for change in found:
        if change.late:
            console.say(f"{change.name} {change.before}: new since the lock was made: {change.detail}")
    faults = [
        Fault(f"{settings.requirements}: {each.name}", _difference(each), cure=f"remake it with {advised('lock')}")
        for each in found
        if not each.late
    ]
    if faults:
        raise LockError(faults)
    console.say(f"{settings.requirements} follows from {source.name}")


def pinned(names: Collection[str], packages: Iterable[LockedPackage], source: Path) -> Iterator[str]:
    """Yield of what is to be upgraded, by `names`, why it stays: a commit is what the requirements say it is."""
    from ..sources.checkout import resolved

    for each in packages:
        if each.name in names and each.origin.startswith("git+"):
            url, _, commit = each.origin.removeprefix("git+").partition("#")[0].rpartition("@")
            newest = resolved(url, "")
            other = f"; HEAD is {newest} there" if newest not in {"", commit} else ""
            yield f"{each.name} stays at the commit that {source.name} names, {commit}{other}"


def _difference(change: Change) -> str:
    if change.before == change.after:
        return change.detail
    if not change.before:
        return f"is not locked; {change.after} follows"
    return f"{change.before} is locked; {change.after or 'nothing'} follows"


def report(
    found: tuple[Change, ...],
    resolved: Resolution,
    settings: Settings,
    versions: Mapping[str, str],
    console: Console,
) -> None:
    now = datetime.now(UTC)
    rows = []
    for each in found:
        released = resolved.released(each.name, each.after) if each.after else None
        rows.append(
            (
                each.name,
                each.before or "-",
                each.after or "-",
                str((now - released).days) if released else "",
                each.detail,
            )
        )
    console.table(["package", "from", "to", "age in days", "remark"], rows)
    count = sum(len(each.hashes) for each in resolved.packages)
    console.say(
        f"{settings.requirements}: {quantity(len(resolved.packages), 'distribution')}, {quantity(count, 'wheel')} for "
        f"{document.places(resolved.targets, versions)}: {'nothing changed' if not found else f'{len(found)} changed'}"
    )
