"""The two values that cross the border between the host and the runtime image, as JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One distribution of the lock: its normalised name, exact version, and the sha256 of every wheel allowed."""

    name: str
    version: str
    hashes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What to assemble. `trim` holds the rules of settings.TrimPolicy by name, `exclude` as pattern to reason."""

    layer: str
    architecture: str
    runtime: str
    bytecode: str
    trim: dict[str, Any]
    pins: tuple[Pin, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        raw = json.loads(text)
        pins = tuple(Pin(name=p["name"], version=p["version"], hashes=tuple(p["hashes"])) for p in raw.pop("pins"))
        return cls(pins=pins, **raw)


def lock_digest(pins: Iterable[Pin]) -> str:
    """Name a set of pins by what is in it, in the order given."""
    return hashlib.sha256(json.dumps([asdict(pin) for pin in pins], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Package:
    """One distribution as it is in the layer.

    Sizes are bytes of its entries, unzipped and as compressed in the zip. `modules` are the top-level modules
    that it has in the layer, `extensions` the paths below python/ of its shared objects; `excluded` tells that
    the trim policy took all that could be imported.
    """

    name: str
    version: str
    wheel: str
    sha256: str
    tags: tuple[str, ...]
    license: str
    license_files: tuple[str, ...]
    modules: tuple[str, ...]
    extensions: tuple[str, ...]
    excluded: bool
    unzipped: int
    zipped: int


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What one trim rule took: files and bytes, both before compression."""

    rule: str
    files: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was assembled, and with what.

    `kept_symbols` tells by path why a library was not stripped, `uncompiled` why a source has no bytecode.
    """

    python: str
    glibc: str
    strip: str
    packages: tuple[Package, ...]
    savings: tuple[Saving, ...]
    kept_symbols: dict[str, str] = field(default_factory=dict)
    uncompiled: dict[str, str] = field(default_factory=dict)
    files: int
    zipped: int
    unzipped: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Report:
        raw = json.loads(text)
        packages = tuple(Package(**{k: _frozen(v) for k, v in each.items()}) for each in raw.pop("packages"))
        savings = tuple(Saving(**each) for each in raw.pop("savings"))
        return cls(packages=packages, savings=savings, **raw)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
