"""All of a lock's own sources as wheels, before a layer is built: on the shelf, with the hashes that were locked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from ..errors import Fault, LockError
from ..invocation import advised
from . import needed
from .archives import Archive
from .places import PlacedFile, place
from .values import Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..inside.exchange import Pin
    from ..locking.locked import Locked
    from ..locking.own import LockedSource
    from ..settings import Settings, Target
    from .build import Builder
    from .places import SourcePlace
    from .shelf import OwnWheel


def provide(settings: Settings, target: Target, lock: Locked, builder: Builder) -> tuple[Pin, ...]:
    """Return the lock's pins, those of sources with the hash of their wheel, which is on the shelf then.

    Raises LockError with every source that changed since it was locked, or of which something else came than was
    locked; BuildError where one cannot be built.
    """
    if not lock.sources:
        return lock.pins
    places = _places(settings, lock.sources, builder)
    sections = needed.read(settings)
    made: dict[str, OwnWheel] = {}
    faults: list[Fault] = []
    for each in lock.sources:
        found = builder.shelf.find(each.hashes) or _built(settings, target, each, places[each.name], sections, builder)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            made[each.name] = found
    if faults:
        raise LockError(faults)
    return tuple(_completed(pin, made[pin.name]) if pin.name in made else pin for pin in lock.pins)


def changed(settings: Settings, sources: Sequence[LockedSource]) -> list[Fault]:
    """Return a fault for each source that is not there, not the one that was locked, or of which nothing is locked.

    Nothing is built.
    """
    try:
        places = _places(settings, sources, None)
    except LockError as error:
        return list(error.faults)
    sections = needed.read(settings)
    found = (_unlocked(settings, each, places[each.name], sections) for each in sources if each.name in places)
    return [each for each in found if each]


def _places(settings: Settings, sources: Sequence[LockedSource], builder: Builder | None) -> dict[str, SourcePlace]:
    """Find every source; without a builder only those that may change, which archives of an index do not."""
    found: dict[str, SourcePlace] = {}
    faults: list[Fault] = []
    for each in sources:
        where = f"{settings.requirements}: {each.name}"
        if not each.is_own:
            found |= {each.name: place_of(settings, each, builder)} if builder else {}
            continue
        try:
            found[each.name] = place(each.origin, settings.project, settings.project, where)
            same = not each.digest or found[each.name].digest == each.digest
        except LockError as error:
            faults += error.faults
            continue
        if not same:
            faults.append(
                Fault(where, f"{each.origin} changed since it was locked", cure=f"lock it: {advised('lock')}")
            )
    if faults:
        raise LockError(faults)
    return found


def place_of(settings: Settings, source: LockedSource, builder: Builder) -> SourcePlace:
    """Return where a source lies; raise LockError where it is not there."""
    if source.is_own:
        return place(source.origin, settings.project, settings.project, f"{settings.requirements}: {source.name}")
    return Archive(
        name=source.name,
        version=source.version,
        filename=source.origin,
        digest=source.digest,
        where=builder.archives,
        root=builder.shelf.root,
    )


def _built(  # noqa: PLR0913, PLR0917 - what, from where, with what, for what, by whom
    settings: Settings,
    target: Target,
    source: LockedSource,
    where: SourcePlace,
    sections: Mapping[str, Section],
    builder: Builder,
) -> OwnWheel | Fault:
    name, cure = f"{settings.requirements}: {source.name}", f"lock it: {advised('lock')}"
    if fault := _unlocked(settings, source, where, sections):
        return fault
    section = sections.get(where.origin, Section())
    found = builder.wheel(source.name, where, needed.pins(section.packages, target), section.described)
    if isinstance(found, tuple):
        return Fault(name, f"building {where.origin} also takes {', '.join(found)}", cure=cure)
    if source.hashes and found.sha256 not in source.hashes:
        what = f"{where.origin} is built to another wheel than was locked"
        return Fault(name, what, f"its sha256 is {found.sha256}", cure)
    return found


def _unlocked(
    settings: Settings, source: LockedSource, where: SourcePlace, sections: Mapping[str, Section]
) -> Fault | None:
    """Return the fault of a source that is to be built, and of which nobody locked what that takes."""
    if (isinstance(where, PlacedFile) and where.is_wheel) or where.origin in sections:
        return None
    what = f"{needed.path(settings).name} does not say what building {where.origin} takes"
    return Fault(f"{settings.requirements}: {source.name}", what, cure=f"lock it: {advised('lock')}")


def _completed(pin: Pin, wheel: OwnWheel) -> Pin:
    version = str(parse_wheel_filename(wheel.filename)[1])
    return replace(pin, version=version, hashes=(wheel.sha256,))
