"""One lock for all targets: each is resolved, the architectures of a runtime agree on versions, the wheels add up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.version import Version

from ..errors import Fault, LockError
from ..settings import Target
from . import passed_over
from .document import LockedPackage, marker
from .lockfile import applies
from .uv.refusals import UNFIT, UNHEARD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ..settings import Architecture
    from .resolver import Answer, Resolver
    from .wheels import LockedWheel

ARCHITECTURES: tuple[Architecture, ...] = ("x86_64", "arm64")
"""Lambda's instruction sets: https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html"""


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What follows from the inputs. `wheels` holds the fitting files by name and version, `remarks` what to tell."""

    packages: tuple[LockedPackage, ...]
    wheels: Mapping[tuple[str, str], tuple[LockedWheel, ...]]
    targets: tuple[Target, ...]
    remarks: tuple[str, ...] = ()

    def released(self, name: str, version: str) -> datetime | None:
        """Return when the first of a version's wheels was uploaded, where the index says so."""
        return min((each.uploaded for each in self.wheels.get((name, version), ()) if each.uploaded), default=None)


@dataclass
class _Resolving:
    resolver: Resolver
    needed: Sequence[Target]
    locked: Sequence[LockedPackage]
    upgrade: Sequence[str]
    found: dict[Target, Answer] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def runtime(self, targets: Sequence[Target]) -> None:
        """Resolve for the architectures of one runtime, until they agree; limits go down only, so it ends."""
        limits: dict[str, str] = {}
        found: dict[Target, Answer] = {}
        while lower := _differing(found := self._each(targets, limits, found)):
            limits |= lower
        self.found |= found
        for name, version in limits.items():
            self.remarks.append(f"{name} {version} is locked: nothing newer has a wheel for each architecture")

    def other(self, target: Target) -> None:
        """Resolve for an architecture that the project does not build for: it may fail, and is told."""
        where = f"not locked for {self._named(target)}, which `architectures` does not name"
        try:
            answer = self._resolve(target, {})
        except LockError as error:
            self.remarks.append(f"{where}:{_shortly(error)}")
            return
        theirs = {each.name: each.version for found in self._of(target.runtime) for each in found.packages}
        differing = [each for each in answer.packages if theirs.get(each.name, each.version) != each.version]
        if differing:
            told = ", ".join(f"{each.name} {each.version} in place of {theirs[each.name]}" for each in differing)
            self.remarks.append(f"{where}: it would have {told}")
        else:
            self.found[target] = answer

    def _each(
        self, targets: Sequence[Target], limits: Mapping[str, str], before: Mapping[Target, Answer]
    ) -> dict[Target, Answer]:
        """Resolve for each target of which what was found `before` is not within the limits."""
        found = {target: each for target, each in before.items() if _within(each, limits)}
        for target in targets:
            if target not in found:
                answer = self._resolve(target, limits, found.values())
                found[target] = _still_unfit(answer, before[target], limits) if target in before else answer
        return {target: found[target] for target in targets}

    def _resolve(self, target: Target, limits: Mapping[str, str], before: Iterable[Answer] = ()) -> Answer:
        """Resolve, preferring the versions that were found for other targets, then those that are locked."""
        resolved = [*self.found.values(), *before]
        preferred = self._preferred(target) | _versions(resolved)
        preferred |= {name: limit for name, limit in limits.items() if name in preferred}
        upgrade, tells_unfit = () if resolved else self.upgrade, target == self.first(target.runtime)
        return self.resolver.resolve(target, preferred, upgrade, limits, tells_unfit=tells_unfit)

    def first(self, runtime: str) -> Target:
        """Return the target that tells what was passed over for a runtime."""
        return next(each for each in self.needed if each.runtime == runtime)

    def _preferred(self, target: Target) -> dict[str, str]:
        return {each.name: each.version for each in self.locked if applies(each.marker, target, self.resolver.versions)}

    def _of(self, runtime: str) -> list[Answer]:
        return [answer for target, answer in self.found.items() if target.runtime == runtime]

    def _named(self, target: Target) -> str:
        """Name a target by as much as tells it from the others."""
        return str(target) if len({each.runtime for each in self.needed}) > 1 else target.architecture


def resolution(
    resolver: Resolver, needed: Sequence[Target], locked: Sequence[LockedPackage], upgrade: Sequence[str] = ()
) -> Resolution:
    """Resolve for every target, those that are `needed` first; raise LockError where one of those has none.

    Each prefers the versions of the one before, so that they agree wherever they can. A runtime may have versions of
    its own, an architecture may not.
    """
    work = _Resolving(resolver, needed, locked, upgrade)
    for runtime in dict.fromkeys(each.runtime for each in needed):
        own = [each for each in needed if each.runtime == runtime]
        try:
            work.runtime(own)
        except LockError as error:
            raise _with_offer(error, resolver, own[0]) from error
        for target in (each for each in _every(own) if each not in own):
            work.other(target)
    return _merged(work)


def _with_offer(error: LockError, resolver: Resolver, target: Target) -> LockError:
    """Say which newer runtime would have what is wanted, where one would."""
    if any(each.what == UNHEARD for each in error.faults):
        return error
    runtime = passed_over.runtime_that_fits(resolver, target)
    if not runtime:
        return error
    cure = f"`runtime: {runtime}` in config/pipeline.yaml has all that is wanted; or loosen what is wanted"
    faults = [Fault(each.where, f"{each.what} for {target}", each.cause, cure) for each in error.faults]
    return LockError(faults, log=error.log)


def _shortly(error: LockError) -> str:
    """Say what is wrong without uv's reasons, where these are not needed to know of which package it is."""
    if any(each.what == UNFIT for each in error.faults):
        return f"\n{error}"
    return f" {'; '.join(f'{each.where}: {each.what}' for each in error.faults)}"


def _differing(found: Mapping[Target, Answer]) -> dict[str, str]:
    """Return the older version of each package of which the architectures have two."""
    versions: dict[str, set[str]] = {}
    for answer in found.values():
        for each in answer.packages:
            versions.setdefault(each.name, set()).add(each.version)
    return {name: min(each, key=Version) for name, each in versions.items() if len(each) > 1}


def _still_unfit(answer: Answer, before: Answer, limits: Mapping[str, str]) -> Answer:
    """Keep what did not fit the same target `before`: once versions are preferred, uv looks at no newer ones."""
    names = {each.name for each in answer.packages} - limits.keys()
    unfit = {name: version for name, version in before.unfit.items() if name in names}
    return replace(answer, unfit={**unfit, **answer.unfit})


def _within(answer: Answer, limits: Mapping[str, str]) -> bool:
    return all(Version(each.version) <= Version(limits.get(each.name, each.version)) for each in answer.packages)


def _versions(answers: Iterable[Answer]) -> dict[str, str]:
    return {each.name: each.version for answer in answers for each in answer.packages}


def _every(needed: Sequence[Target]) -> Iterator[Target]:
    """Yield each runtime on each architecture: a lock that has both serves whoever comes to need the other one."""
    for runtime in dict.fromkeys(each.runtime for each in needed):
        for architecture in ARCHITECTURES:
            yield Target(runtime, architecture)


def _merged(work: _Resolving) -> Resolution:
    targets = tuple(each for each in _every(work.needed) if each in work.found)
    users: dict[tuple[str, str], list[Target]] = {}
    files: dict[tuple[str, str], dict[str, LockedWheel]] = {}
    reasons: dict[tuple[str, str], set[str]] = {}
    for target in targets:
        for each in work.found[target].packages:
            key = each.name, each.version
            users.setdefault(key, []).append(target)
            reasons.setdefault(key, set()).update(each.needed_by)
            files.setdefault(key, {}).update({wheel.sha256: wheel for wheel in each.wheels})
    packages = tuple(
        LockedPackage(
            name=name,
            version=version,
            hashes=frozenset(files[name, version]),
            marker=marker(users[name, version], targets),
            via=_via(reasons[name, version], work.resolver.uv.source),
        )
        for name, version in sorted(users)
    )
    return Resolution(
        packages=packages,
        wheels={key: tuple(found.values()) for key, found in files.items()},
        targets=targets,
        remarks=(*work.remarks, *_passed_over(work), *_yanked(work), *_partial(packages)),
    )


def _via(reasons: Collection[str], source: str) -> tuple[str, ...]:
    return tuple(each or f"-r {source}" for each in sorted(reasons))


def _passed_over(work: _Resolving) -> list[str]:
    found: dict[str, str] = {}
    for runtime in dict.fromkeys(each.runtime for each in work.needed):
        target = work.first(runtime)
        answer = work.found[target]
        told = passed_over.remarks(work.resolver, target, _versions([answer]), answer.unfit)
        found |= dict.fromkeys(told, "")
    return list(found)


def _yanked(work: _Resolving) -> dict[str, None]:
    """Return what to tell of versions that were taken back, once."""
    return dict.fromkeys(told for answer in work.found.values() for told in answer.yanked)


def _partial(packages: Sequence[LockedPackage]) -> Iterator[str]:
    for each in packages:
        if each.marker:
            yield f"{each.name} {each.version}: needed only where {each.marker}"
