"""One lock for all architectures: each is resolved, the versions must agree, the wheels add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploy.errors import Fault, LockError
from deploy.layer.wheel_tags import GLIBC_MINOR
from deploy.locking import wheels
from deploy.locking.document import LockedPackage, machine_of

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
    architectures: tuple[Architecture, ...]
    remarks: tuple[str, ...] = ()

    def released(self, name: str) -> datetime | None:
        """Return when the first of a package's wheels was uploaded, where the index says so."""
        return min((each.uploaded for each in self.wheels.get(name, ()) if each.uploaded), default=None)


@dataclass
class _Resolving:
    resolver: Resolver
    needed: Sequence[Architecture]
    found: dict[Architecture, tuple[Resolved, ...]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, architecture: Architecture, preferred: Mapping[str, str], upgrade: Sequence[str]) -> None:
        """Resolve for an architecture; one that the project does not build for may fail, and is told."""
        try:
            self.found[architecture] = self._checked(
                architecture, self.resolver.resolve(architecture, preferred, upgrade)
            )
        except LockError as error:
            if architecture in self.needed:
                raise
            self.remarks.append(f"not locked for {architecture}, which `architectures` does not name:\n{error}")

    def _checked(self, architecture: Architecture, resolved: tuple[Resolved, ...]) -> tuple[Resolved, ...]:
        if faults := [*self._unfit(architecture, resolved), *self._disagreeing(architecture, resolved)]:
            raise LockError(faults)
        return resolved

    def _unfit(self, architecture: Architecture, resolved: Sequence[Resolved]) -> Iterator[Fault]:
        for each in resolved:
            if not self.fitting(each, architecture):
                yield self._no_wheel(each, architecture)

    def _no_wheel(self, package: Resolved, architecture: Architecture) -> Fault:
        runtime = self.resolver.runtime
        newest = self.resolver.newest_fitting(package.name, architecture)
        hold = f"write `{package.name}<={newest}` into {self.resolver.source.name}: {newest} is the newest that fits"
        return Fault(
            f"{package.name}=={package.version}",
            f"has no wheel for {runtime} on {architecture} with glibc 2.{GLIBC_MINOR}",
            cause=f"it has {', '.join(wheel.filename for wheel in package.wheels) or 'none'}",
            cure=hold if newest else "use another package: none of its versions fits",
        )

    def _disagreeing(self, architecture: Architecture, resolved: Sequence[Resolved]) -> Iterator[Fault]:
        for other, theirs in self.found.items():
            versions = {each.name: each.version for each in theirs}
            for each in resolved:
                if (version := versions.get(each.name, each.version)) != each.version:
                    yield Fault(
                        f"{each.name}",
                        f"is {version} for {other} and {each.version} for {architecture}",
                        cause=f"{version} has no wheel for {architecture}, or needs something that has none",
                        cure=f"write `{each.name}=={each.version}` into {self.resolver.source.name}",
                    )

    def fitting(self, package: Resolved, architecture: Architecture) -> tuple[Wheel, ...]:
        return tuple(each for each in package.wheels if wheels.fits(each, self.resolver.runtime, architecture))


def resolution(
    resolver: Resolver, needed: Sequence[Architecture], preferred: Mapping[str, str], upgrade: Sequence[str] = ()
) -> Resolution:
    """Resolve for every architecture, those that are `needed` first; raise LockError where one of those has none.

    Each prefers the versions of the one before, so that they agree wherever they can.
    """
    work = _Resolving(resolver, needed)
    for architecture in [*needed, *(each for each in ARCHITECTURES if each not in needed)]:
        work.add(architecture, preferred, upgrade)
        preferred = {**preferred} | {each.name: each.version for found in work.found.values() for each in found}
        upgrade = ()
    return _merged(work)


def _merged(work: _Resolving) -> Resolution:
    architectures = tuple(each for each in ARCHITECTURES if each in work.found)
    users: dict[str, list[Architecture]] = {}
    files: dict[str, dict[str, Wheel]] = {}
    entries: dict[str, Resolved] = {}
    for architecture in architectures:
        for each in work.found[architecture]:
            entries.setdefault(each.name, each)
            users.setdefault(each.name, []).append(architecture)
            files.setdefault(each.name, {}).update({w.sha256: w for w in work.fitting(each, architecture)})
    only = {name: machine_of(users[name], architectures) for name in entries}
    packages = {
        name: LockedPackage(
            name=name, version=each.version, hashes=frozenset(files[name]), machine=only[name], via=each.via
        )
        for name, each in entries.items()
    }
    remarks = [*work.remarks, *(f"{name}: needed on {machine} alone" for name, machine in only.items() if machine)]
    return Resolution(
        packages=packages,
        wheels={name: tuple(found.values()) for name, found in files.items()},
        architectures=architectures,
        remarks=tuple(remarks),
    )
