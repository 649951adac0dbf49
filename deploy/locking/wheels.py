"""The wheels of one version that the runtime can use, as uv lists them in a pylock.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from ..errors import Fault, LockError
from ..runtimes.wheel_tags import wheel_tags
from .lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ..settings import Target


@dataclass(frozen=True, kw_only=True)
class LockedWheel:
    """A file of the index, or one that was built. `uploaded` is None where the index does not say (PEP 700)."""

    filename: str
    sha256: str
    uploaded: datetime | None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One package of a pylock.toml."""

    version: str
    wheels: tuple[LockedWheel, ...]


@dataclass(frozen=True, kw_only=True)
class ListedArchive:
    """The source archive of one package of a pylock.toml."""

    name: str
    version: str
    filename: str
    url: str
    sha256: str


def archives(pylock: str) -> tuple[ListedArchive, ...]:
    """Read the source archives of a pylock.toml."""
    packages = tomllib.loads(pylock).get("packages", [])
    return tuple(
        ListedArchive(
            name=normalised(each["name"]),
            version=each["version"],
            filename=_filename(each["sdist"]),
            url=each["sdist"].get("url", ""),
            sha256=each["sdist"]["hashes"]["sha256"],
        )
        for each in packages
        if "sha256" in each.get("sdist", {}).get("hashes", {})
    )


def listed(pylock: str) -> dict[str, Listed]:
    """Read the packages of a pylock.toml (https://packaging.python.org/en/latest/specifications/pylock-toml/).

    Raises LockError for each that comes from a place which the metadata of another one names.
    """
    packages = tomllib.loads(pylock).get("packages", [])
    if faults := [_placed(each) for each in packages if _place(each)]:
        raise LockError(faults)
    return {
        normalised(package["name"]): Listed(
            version=package["version"],
            wheels=tuple(_wheels(package)),
        )
        for package in packages
    }


def _place(package: dict[str, Any]) -> str:
    """Return the place that something needed takes a package from, where it is no index and no wheel that was built."""
    for kind in ("directory", "vcs", "archive"):
        found = package.get(kind, {})
        place: str = found.get("url") or found.get("path") or ""
        if place and (kind != "archive" or urlsplit(place).scheme in {"http", "https"}):
            return place
    return ""


def _placed(package: dict[str, Any]) -> Fault:
    name = package["name"]
    cause = f"what needs it names that place in its own metadata, and nobody else has it there: {name} @ …"
    cure = f"have that name {name} alone, and say where it lies in requirements.in or in its own tool.uv.sources"
    return Fault(name, f"is taken from {_place(package)}", cause, cure)


def undated(pylock: str) -> set[str]:
    """Return the packages of a pylock.toml of which the index does not say when a file was uploaded."""
    packages = tomllib.loads(pylock).get("packages", [])
    files = {
        each["name"]: [*each.get("wheels", ()), *([each["sdist"]] if "sdist" in each else ())] for each in packages
    }
    return {normalised(name) for name, found in files.items() if any("upload-time" not in each for each in found)}


def fits(wheel: LockedWheel, target: Target) -> bool:
    return fitting(wheel.filename, target)


def fitting(filename: str, target: Target) -> bool:
    """Tell whether a wheel of this file name can be used by a target."""
    try:
        _, _, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return False
    return not tags.isdisjoint(wheel_tags(target))


def _wheels(package: dict[str, Any]) -> Iterator[LockedWheel]:
    """Yield what a package can be installed from as it is; an archive is one where it is a wheel."""
    for raw in [*package.get("wheels", ()), *([package["archive"]] if "archive" in package else ())]:
        filename = _filename(raw)
        if "sha256" in raw["hashes"] and filename.endswith(".whl"):
            yield LockedWheel(filename=filename, sha256=raw["hashes"]["sha256"], uploaded=raw.get("upload-time"))


def _filename(raw: dict[str, Any]) -> str:
    place: str = raw.get("name") or raw.get("url") or raw["path"]
    return unquote(urlsplit(place).path).rsplit("/", 1)[-1]
