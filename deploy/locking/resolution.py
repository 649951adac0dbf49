"""One lock for all targets: each is resolved, the versions must agree, the wheels add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploy.errors import Fault, LockError
from deploy.locking import wheels
from deploy.locking.document import LockedPackage, marker
from deploy.runtimes.base_images import BASES
from deploy.settings import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from deploy.locking.resolver import Resolved, Resolver
    from deploy.locking.wheels import Wheel
    from deploy.settings import Architecture

ARCHITECTURES: tuple[Architecture, ...] = ("x86_64", "arm64")
"""Lambda's instruction sets: https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html"""


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What follows from the inputs. `wheels` holds the fitting files of each package, `remarks` what to tell."""

    packages: Mapping[str, LockedPackage]
    wheels: Mapping[str, tuple[Wheel, ...]]
    targets: tuple[Target, ...]
    remarks: tuple[str, ...] = ()

    def released(self, name: str) -> datetime | None:
        """Return when the first of a package's wheels was uploaded, where the index says so."""
        return min((each.uploaded for each in self.wheels.get(name, ()) if each.uploaded), default=None)


@dataclass
class _Resolving:
    resolver: Resolver
    needed: Sequence[Target]
    found: dict[Target, tuple[Resolved, ...]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, target: Target, preferred: Mapping[str, str], upgrade: Sequence[str]) -> None:
        """Resolve for a target; one that the project does not build for may fail, and is told."""
        try:
            self.found[target] = self._checked(target, self.resolver.resolve(target, preferred, upgrade))
        except LockError as error:
            if target in self.needed:
                raise
            self.remarks.append(f"not locked for {self.named(target)}, which `architectures` does not name:\n{error}")

    def named(self, target: Target) -> str:
        """Name a target by as much as tells it from the others."""
        return str(target) if len({each.runtime for each in self.needed}) > 1 else target.architecture

    def _checked(self, target: Target, resolved: tuple[Resolved, ...]) -> tuple[Resolved, ...]:
        if faults := [*self._unfit(target, resolved), *self._disagreeing(target, resolved)]:
            raise LockError(faults)
        return resolved

    def _unfit(self, target: Target, resolved: Sequence[Resolved]) -> Iterator[Fault]:
        for each in resolved:
            if not self.fitting(each, target):
                yield self._no_wheel(each, target)

    def _no_wheel(self, package: Resolved, target: Target) -> Fault:
        newest = self.resolver.newest_fitting(package.name, target)
        hold = f"write `{package.name}<={newest}` into {self.resolver.source.name}: {newest} is the newest that fits"
        return Fault(
            f"{package.name}=={package.version}",
            f"has no wheel for {target} with glibc {BASES[target.runtime].versions['GLIBC']}",
            cause=f"it has {', '.join(wheel.filename for wheel in package.wheels) or 'none'}",
            cure=hold if newest else "use another package: none of its versions fits",
        )

    def _disagreeing(self, target: Target, resolved: Sequence[Resolved]) -> Iterator[Fault]:
        """Yield the packages of which other targets, as far as they are resolved, have another version."""
        for other, theirs in self.found.items():
            versions = {each.name: each.version for each in theirs}
            for each in resolved:
                if (version := versions.get(each.name, each.version)) != each.version:
                    yield Fault(
                        f"{each.name}",
                        f"is {version} for {self.named(other)} and {each.version} for {self.named(target)}",
                        cause=f"{version} has no wheel for {self.named(target)}, or needs something that has none",
                        cure=f"write `{each.name}=={each.version}` into {self.resolver.source.name}",
                    )

    def fitting(self, package: Resolved, target: Target) -> tuple[Wheel, ...]:
        return tuple(each for each in package.wheels if wheels.fits(each, target))


def resolution(
    resolver: Resolver, needed: Sequence[Target], preferred: Mapping[str, str], upgrade: Sequence[str] = ()
) -> Resolution:
    """Resolve for every target, those that are `needed` first; raise LockError where one of those has none.

    Each prefers the versions of the one before, so that they agree wherever they can.
    """
    work = _Resolving(resolver, needed)
    for target in dict.fromkeys([*needed, *_every(needed)]):
        work.add(target, preferred, upgrade)
        preferred = {**preferred} | {each.name: each.version for found in work.found.values() for each in found}
        upgrade = ()
    return _merged(work)


def _every(needed: Sequence[Target]) -> Iterator[Target]:
    """Yield each runtime on each architecture: a lock that has both serves whoever comes to need the other one."""
    for runtime in dict.fromkeys(each.runtime for each in needed):
        for architecture in ARCHITECTURES:
            yield Target(runtime, architecture)


def _merged(work: _Resolving) -> Resolution:
    targets = tuple(each for each in _every(work.needed) if each in work.found)
    users: dict[str, list[Target]] = {}
    files: dict[str, dict[str, Wheel]] = {}
    entries: dict[str, Resolved] = {}
    for target in targets:
        for each in work.found[target]:
            entries.setdefault(each.name, each)
            users.setdefault(each.name, []).append(target)
            files.setdefault(each.name, {}).update({w.sha256: w for w in work.fitting(each, target)})
    only = {name: marker(users[name], targets) for name in entries}
    packages = {
        name: LockedPackage(
            name=name, version=each.version, hashes=frozenset(files[name]), marker=only[name], via=each.via
        )
        for name, each in entries.items()
    }
    remarks = [*work.remarks, *(f"{name}: needed only where {where}" for name, where in only.items() if where)]
    return Resolution(
        packages=packages,
        wheels={name: tuple(found.values()) for name, found in files.items()},
        targets=targets,
        remarks=tuple(remarks),
    )
