"""The strict reader of pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/.

`packaging` reads and selects; each package that is selected becomes a pin, with the hash of every wheel that the
target can use.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.pylock import (
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
    PylockSelectError,
    PylockValidationError,
)

from ...errors import ConfigError, Fault, LockError, suggest
from ...inside.exchange import Pin
from ...invocation import advised
from ...runtimes.wheel_tags import wheel_tags
from ..lockfile import environment, normalised
from ..own import LockedSource
from ..wheels import fitting
from .unfit import Unfit, built

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from packaging.pylock import Package

    from ...settings import Lock, Settings, Target

    Read = tuple[tuple[Pin, ...], tuple[LockedSource, ...]]
    Chosen = PackageVcs | PackageDirectory | PackageArchive | PackageSdist | PackageWheel

# Stands for a package whose wheels are all for other targets, so that every one of them is told.
_NOTHING = PackageSdist(name="nothing-0.tar.gz", hashes={})


def read(text: str, path: Path, wanted: Lock, target: Target, settings: Settings) -> Read:
    """Read the pins that a target needs, sorted by name, and their sources; `path` is the file that messages name.

    `wanted` has the extras and groups; without a group the lock's own defaults count. The project itself is left out:
    its code is not in a layer. Raises LockError with every package that is not there as a wheel for the target, and
    ConfigError for an extra or a group that the lock does not have.
    """
    here, chosen = _chosen(text, path, wanted, target, settings)
    return _read(chosen, here)


def unfit(text: str, path: Path, wanted: Lock, target: Target, settings: Settings) -> tuple[Unfit, ...]:
    """Return what a target needs and has no wheel of, nor one that is to be built; raises as `read` but for that."""
    here, chosen = _chosen(text, path, wanted, target, settings)
    return tuple(
        here.unfit(package) for package, source in chosen if isinstance(source, PackageSdist) and here.lacks(package)
    )


def versions(text: str, path: Path, wanted: Lock, target: Target, settings: Settings) -> dict[str, str]:
    """Return the version of each that a target needs, whether it can use it or not; raises as `unfit`."""
    here, chosen = _chosen(text, path, wanted, target, settings)
    own = {
        package.name for package, each in chosen if isinstance(each, PackageDirectory) and here.is_project(each.path)
    }
    return {package.name: str(package.version or "") for package, _ in chosen if package.name not in own}


def _chosen(
    text: str, path: Path, wanted: Lock, target: Target, settings: Settings
) -> tuple[_Where, list[tuple[Package, Chosen]]]:
    lock = _parsed(text, path)
    _check_names("lock.extras", wanted.extras, lock.extras or (), path)
    _check_names("lock.groups", wanted.groups, [*(lock.dependency_groups or ()), *(lock.default_groups or ())], path)
    built = frozenset(map(normalised, settings.build_from_source))
    files = {_key(each): tuple(wheel.filename for wheel in each.wheels or ()) for each in lock.packages}
    here = _Where(path, target, settings.project, built, files)
    able = replace(lock, packages=[_for(each, here) for each in lock.packages])
    try:
        return here, list(
            able.select(
                environment=_markers(target),  # type: ignore[arg-type] # all that a marker may ask for of a platform
                tags=list(wheel_tags(target)),
                extras=wanted.extras,
                dependency_groups=wanted.groups or None,
            )
        )
    except PylockSelectError as error:
        raise LockError(
            [Fault(str(path), f"does not fit {target}", str(error), "lock for this runtime too")]
        ) from error


def _parsed(text: str, path: Path) -> Pylock:
    try:
        return Pylock.from_dict(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, PylockValidationError) as error:
        cure = "make it again with the tool that made it"
        raise LockError([Fault(str(path), "is no pylock.toml that can be read", str(error), cure)]) from error


def _check_names(where: str, wanted: Collection[str], known: Collection[str], path: Path) -> None:
    names = {normalised(each) for each in known}
    if faults := [
        Fault(where, f"{path.name} has no {each}", "a lock has what it was made with", suggest(each, names))
        for each in wanted
        if normalised(each) not in names
    ]:
        raise ConfigError(faults)


def _markers(target: Target) -> Mapping[str, str]:
    """Return the values of markers: of the newest patch, as Lambda keeps its runtimes up to date."""
    return environment(target, {target.runtime: f"{target.runtime.removeprefix('python')}.99"})


def _for(package: Package, here: _Where) -> Package:
    """Return a package with those of its wheels that a target can use; with none where it is to be built."""
    if not package.wheels:
        return package
    able = [each for each in package.wheels if fitting(each.filename, here.target)]
    if package.name in here.built and package.sdist:
        able = []
    return replace(package, wheels=able or None, sdist=None if able else package.sdist or _NOTHING)


def with_versions(found: Read, uv_lock: str) -> Read:
    """Give sources the versions that uv.lock has for them, where it has: an export leaves them away."""
    versions = versions_of(uv_lock)
    pins, sources = found
    return (
        tuple(each if each.version else replace(each, version=versions.get(each.name, "")) for each in pins),
        tuple(replace(each, version=each.version or versions.get(each.name, "")) for each in sources),
    )


def versions_of(uv_lock: str) -> dict[str, str]:
    """Return the version of each package that uv.lock has one of, by name."""
    packages = tomllib.loads(uv_lock).get("package", [])
    return {normalised(each["name"]): each.get("version", "") for each in packages}


def _read(chosen: Iterable[tuple[Package, Chosen]], here: _Where) -> Read:
    pins: list[Pin] = []
    sources: list[LockedSource] = []
    faults: list[Fault] = []
    for package, source in chosen:
        if isinstance(source, PackageDirectory) and here.is_project(source.path):
            continue
        made = _taken(package, source, here)
        if isinstance(made, Fault):
            faults.append(made)
        elif isinstance(made, Pin):
            pins.append(made)
        else:
            sources.append(made)
            pins.append(Pin(name=made.name, version=made.version, hashes=made.hashes))
    if faults:
        raise LockError(faults)
    return tuple(sorted(pins, key=lambda pin: pin.name)), tuple(sources)


@dataclass(frozen=True)
class _Where:
    path: Path
    target: Target
    project: Path
    built: frozenset[str]
    files: Mapping[tuple[str, str], tuple[str, ...]]

    def is_project(self, path: str) -> bool:
        return (self.path.parent / path).resolve() == self.project.resolve()

    def lacks(self, package: Package) -> bool:
        """Whether a package that is chosen as a source archive is not to be built from it."""
        return package.name not in self.built

    def unfit(self, package: Package) -> Unfit:
        name, version = _key(package)
        return Unfit(name=name, version=version, wheels=self.files[name, version], target=self.target)

    def origin(self, path: str) -> str:
        """Return a path of the lock as one that is relative to the project."""
        found = Path(os.path.relpath(self.path.parent / path, self.project)).as_posix()
        return found if found.startswith(".") else f"./{found}"


def _taken(package: Package, source: Chosen, here: _Where) -> Pin | LockedSource | Fault:
    version = str(package.version) if package.version else ""
    where = f"{here.path}: {package.name}{f' {version}' if version else ''}"
    if isinstance(source, PackageWheel):
        hashes = [each.hashes["sha256"] for each in package.wheels or () if "sha256" in each.hashes]
        if not hashes:
            return Fault(where, "has no sha256 hash", cure="make the lock again with a tool that writes them")
        return Pin(name=package.name, version=version, hashes=tuple(sorted(hashes)))
    if isinstance(source, PackageSdist):
        return _archive(package, source, here)
    origin = _origin(source, here)
    if not origin:
        cause = "what an address holds is not on any index that a build could ask"
        return Fault(where, "is locked at an address", cause, "lock a version of an index, or git at a commit")
    if isinstance(source, PackageArchive) and origin.endswith(".whl") and "sha256" in source.hashes:
        return LockedSource(name=package.name, version=version, origin=origin, hashes=(source.hashes["sha256"],))
    return LockedSource(name=package.name, version=version, origin=origin)


def _archive(package: Package, source: PackageSdist, here: _Where) -> LockedSource | Fault:
    """Return a source archive where that is to be built, else why it cannot be used."""
    if package.name in here.built and "sha256" in source.hashes:
        version, digest = str(package.version or ""), source.hashes["sha256"]
        return LockedSource(name=package.name, version=version, origin=source.filename, digest=digest)
    unfit = here.unfit(package)
    return unfit.fault(str(here.path), _instead(here.path, unfit))


def _instead(path: Path, unfit: Unfit) -> str:
    """Say how another version comes into a lock, or a wheel of this one."""
    if path.name != "uv.lock":
        return f"lock another version; or {built(unfit.name)}"
    another = f"{advised('lock')} has uv take the newest version that fits"
    return another if unfit.wheels else f"{built(unfit.name)}; or {another}"


def _key(package: Package) -> tuple[str, str]:
    return str(package.name), str(package.version or "")


def _origin(source: PackageDirectory | PackageVcs | PackageArchive, here: _Where) -> str:
    """Name a source as requirements do; nothing where it lies at an address that is no repository."""
    within = f"#subdirectory={source.subdirectory}" if source.subdirectory else ""
    if isinstance(source, PackageVcs):
        address = source.url or f"file://{(here.path.parent / (source.path or '')).resolve()}"
        return f"{source.type}+{address}@{source.commit_id}{within}"
    return f"{here.origin(source.path)}{within}" if source.path else ""
