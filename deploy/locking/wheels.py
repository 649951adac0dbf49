"""The wheels of one version that the runtime can use, as uv lists them in a pylock.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

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
    """Read the packages of a pylock.toml (https://packaging.python.org/en/latest/specifications/pylock-toml/)."""
    packages = tomllib.loads(pylock).get("packages", [])
    return {
        normalised(package["name"]): Listed(
            version=package["version"],
            wheels=tuple(_wheels(package)),
        )
        for package in packages
    }


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
