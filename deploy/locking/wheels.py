"""The wheels of one version that the runtime can use, as uv lists them in a pylock.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from deploy.locking.lockfile import normalised
from deploy.runtimes.wheel_tags import wheel_tags

if TYPE_CHECKING:
    from datetime import datetime

    from deploy.settings import Target


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A file of the index. `uploaded` is None where the index does not say (PEP 700)."""

    filename: str
    sha256: str
    uploaded: datetime | None


def listed(pylock: str) -> dict[str, tuple[Wheel, ...]]:
    """Read the wheels of each package from a pylock.toml (https://packaging.python.org/en/latest/specifications/pylock-toml/)."""
    packages = tomllib.loads(pylock).get("packages", [])
    return {
        normalised(package["name"]): tuple(
            _wheel(raw) for raw in package.get("wheels", ()) if "sha256" in raw["hashes"]
        )
        for package in packages
    }


def fits(wheel: Wheel, target: Target) -> bool:
    try:
        _, _, _, tags = parse_wheel_filename(wheel.filename)
    except InvalidWheelFilename:
        return False
    return not tags.isdisjoint(wheel_tags(target))


def _wheel(raw: dict[str, Any]) -> Wheel:
    place = raw.get("name") or raw.get("url") or raw["path"]
    filename = unquote(urlsplit(place).path).rsplit("/", 1)[-1]
    return Wheel(filename=filename, sha256=raw["hashes"]["sha256"], uploaded=raw.get("upload-time"))
