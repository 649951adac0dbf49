"""All of what is wanted from elsewhere as wheels, before it is locked: the resolver takes them as they are."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from ..errors import BuildError, Fault, LockError
from ..locking import wheels
from ..locking.resolution import resolution
from ..locking.resolver import Resolver, preferring
from ..locking.uv import sources as uv_sources
from ..locking.wanted import Wanted, of_lines
from . import needed
from .archives import Archive, Archives
from .backend import backend
from .described import is_read_by
from .places import PlacedFile, PlacedFolder, place
from .provide import place_of
from .values import Following, OwnSources, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..locking.document import LockedPackage
    from ..locking.own import LockedSource
    from ..locking.wanted import Elsewhere
    from ..locking.wheels import ListedArchive
    from ..settings import Settings, Target
    from .build import Builder
    from .described import CommitDescription
    from .opening import Building
    from .places import SourcePlace
    from .shelf import OwnWheel

    # Locks the build requirements of a source, which it names: the packages, with their hashes.
    Resolve = Callable[[str, Sequence[str]], Sequence[LockedPackage]]

_ROUNDS = 5  # of a backend that asks for more each time


@dataclass(frozen=True, kw_only=True)
class SourceLocker:
    """Builds what is wanted; `locked` are the build requirements of before, which stay as long as they fit."""

    settings: Settings
    builder: Builder
    resolve: Resolve
    locked: Mapping[str, Section]

    def all(self, wanted: Wanted) -> OwnSources:
        """Build every source; raise LockError or BuildError with each that cannot be locked."""
        lines: list[str] = []
        named: dict[str, SourcePlace] = {}
        sections: dict[str, Section] = {}
        for each, where in self._places(wanted.elsewhere):
            wheel, section = self.wheel(each.name, where)
            name = canonicalize_name(parse_wheel_filename(wheel.filename)[0])
            named[name] = where
            sections |= {where.origin: section} if section else {}
            extras = f"[{','.join(each.extras)}]" if each.extras else ""
            marker = f" ; {each.marker}" if each.marker else ""
            lines.append(f"{name}{extras} @ {wheel.path.as_uri()}{marker}")
        return OwnSources(lines=tuple(dict.fromkeys(lines)), places=named, sections=sections)

    def archives(self, wanted: Wanted, before: OwnSources, locked: str, upgrade: Sequence[str]) -> OwnSources:
        """Build the source archives that are asked for, of the versions that fit all else that is wanted.

        What one of them needs may be another one, so this goes on until nothing is new.
        """
        reasons: dict[str, str] = {
            canonicalize_name(name): why for name, why in self.settings.build_from_source.items()
        }
        limits, places, sections = [*before.limits], {**before.places}, {**before.sections}
        while names := [name for name in reasons if name not in places]:
            lines = [*wanted.lines, *before.lines]
            found = self.builder.archives.chosen(names, lines, [*wanted.limits, *limits], locked, upgrade)
            for each in found:
                self.builder.say(f"{each.name} {each.version}: built from source: {reasons[each.name]}")
                where = self._archive(each)
                wheel, section = self.wheel(each.name, where)
                sections |= {where.origin: section} if section else {}
                places[each.name] = where
                limits.append(f"{each.name} @ {wheel.path.as_uri()}")
            if not found:
                self.builder.say(f"build-from-source: nothing needs {', '.join(names)}")
                break
        return replace(before, limits=tuple(limits), places=places, sections=sections)

    def _archive(self, listed: ListedArchive) -> Archive:
        return Archive(
            name=listed.name,
            version=listed.version,
            filename=listed.filename,
            digest=listed.sha256,
            where=self.builder.archives,
            root=self.builder.shelf.root,
        )

    def _places(self, wanted: Sequence[Elsewhere]) -> list[tuple[Elsewhere, SourcePlace]]:
        """Find every source, and those that a folder's own tool.uv.sources name for what it needs."""
        found: dict[str, tuple[Elsewhere, SourcePlace]] = {}
        faults: list[Fault] = []
        waiting = list(wanted)
        while waiting:
            each = waiting.pop(0)
            try:
                where = place(each.place, each.folder, self.settings.project, each.where)
                more = _more(each, where) if where.origin not in found else ()
            except LockError as error:
                faults += error.faults
                continue
            faults += _unfit(where, each, self.settings.targets)
            found.setdefault(where.origin, (each, where))
            waiting += more
        if faults:
            raise LockError(faults)
        return list(found.values())

    def wheel(self, name: str, where: SourcePlace) -> tuple[OwnWheel, Section | None]:
        """Build a source, asking for what its backend needs until that is whole; nothing is needed for a wheel."""
        if isinstance(where, PlacedFile) and where.is_wheel:
            return self.builder.taken(name, where), None
        requires = list(backend(where.files(), where.subdirectory, where.origin).requires)
        packages = self.locked.get(where.origin, Section()).packages
        if not _meets(packages, requires):
            packages = self.resolve(where.origin, requires)
        for _ in range(_ROUNDS):
            said = self._described(where, packages)
            made = self.builder.wheel(name, where, needed.pins(packages, self.settings.targets[0]), said)
            if not isinstance(made, tuple):
                return made, Section(packages, said)
            requires += made
            packages = self.resolve(where.origin, requires)
        what = f"its build backend goes on asking for {', '.join(requires)}"
        raise BuildError([Fault(where.origin, what)])

    def _described(self, where: SourcePlace, packages: Sequence[LockedPackage]) -> CommitDescription | None:
        """Return what git says of a source, where its version is made of that: what is locked, until it changes."""
        readers = {each.name for each in packages}
        if not is_read_by(readers):
            return None
        before = self.locked.get(where.origin, Section()).described
        if before and before.files == where.digest:
            return before
        found = where.described(readers)
        if found and isinstance(where, PlacedFolder) and where.has_changes:
            self.builder.say(f"{where.origin} has changes that are in no commit: its version is that of {found.name}")
        return found


def _more(wanted: Elsewhere, where: SourcePlace) -> Sequence[Elsewhere]:
    """Return what a folder's project needs from places of its own."""
    if not isinstance(where, PlacedFolder):
        return ()
    path = where.path / where.subdirectory
    found = of_lines(path / "pyproject.toml", uv_sources.of_dependencies(path)).elsewhere
    markers = [" and ".join(f"({each})" for each in (one.marker, wanted.marker) if each) for one in found]
    return [replace(one, marker=marker) for one, marker in zip(found, markers, strict=True)]


def _unfit(where: SourcePlace, wanted: Elsewhere, targets: Sequence[Target]) -> list[Fault]:
    if not isinstance(where, PlacedFile) or not where.is_wheel:
        return []
    unfit = [str(target) for target in targets if not wheels.fitting(where.path.name, target)]
    return [Fault(wanted.where, f"{where.origin} is not for {', '.join(unfit)}")] if unfit else []


def _meets(section: Sequence[LockedPackage], requires: Sequence[str]) -> bool:
    """Tell whether what was locked before still is what building takes."""
    versions = {each.name: each.version for each in section}
    wanted = [Requirement(each) for each in requires]
    return bool(section) and all(
        each.marker is not None
        or (
            (version := versions.get(canonicalize_name(each.name))) is not None
            and each.specifier.contains(version, prereleases=True)
        )
        for each in wanted
    )


def own_sources(where: Building, wanted: Wanted, given: Following) -> OwnSources:
    """Build all that is wanted from elsewhere or from source; raise LockError or BuildError with what cannot be.

    An upgrade of everything takes newer build requirements than those that are locked.
    """
    with ExitStack() as stack:
        locker = _locker(where, given, stack)
        return locker.archives(wanted, locker.all(wanted), preferring(given.preferred), given.upgrade)


def sources_of(where: Building, sources: Sequence[LockedSource], given: Following) -> OwnSources:
    """Build what a lock of another tool names; raise LockError or BuildError with what cannot be."""
    sections: dict[str, Section] = {}
    with ExitStack() as stack:
        locker = _locker(where, given, stack)
        for each in sources:
            found = place_of(where.settings, each, locker.builder)
            _, section = locker.wheel(each.name, found)
            sections |= {found.origin: section} if section else {}
    return OwnSources(sections=sections)


def _locker(where: Building, given: Following, stack: ExitStack) -> SourceLocker:
    settings = where.settings
    before = {} if list(given.upgrade) == ["--upgrade"] else needed.read(settings)

    def resolve(origin: str, requires: Sequence[str]) -> Sequence[LockedPackage]:
        uv = replace(given.uv, source=f"what building {origin} takes")
        resolver = Resolver(uv=uv, wanted=Wanted(lines=tuple(requires)), versions=given.versions)
        found = resolution(resolver, settings.targets[:1], before.get(origin, Section()).packages).packages
        return [replace(each, via=()) for each in found]

    archives = Archives(uv=given.uv, target=settings.targets[0], versions=given.versions)
    builder = where.builder(stack, archives)
    return SourceLocker(settings=settings, builder=builder, resolve=resolve, locked=before)
