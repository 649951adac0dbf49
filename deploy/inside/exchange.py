"""The two values that cross the border between the host and the runtime image, as JSON: Recipe in, Report out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping  # noqa: TC003 - the host reads annotations when it decodes a manifest
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class TrimPolicy:
    """What is left out of a layer, rule by rule; the meaning of each is in the schema.

    None is a rule that nobody asked for and nobody refused: it takes nothing, and the report says what it would take.
    """

    botocore_data: Literal["all"] | tuple[str, ...] = "all"
    botocore_endpoints: bool = True
    botocore_documentation: bool = True
    boto3_resources: bool | None = None
    debug_symbols: bool = True
    tests: bool = True
    stubs: bool | None = None
    scripts: bool | None = None
    ca_bundle: bool | None = None
    zone_data: bool | None = None
    metadata: bool | None = None
    compiled_twins: tuple[str, ...] = ()
    exclude: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One distribution of the lock: its normalised name, exact version, and the sha256 of every wheel allowed."""

    name: str
    version: str
    hashes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A file that a layer brings besides distributions: its path below /opt, its sha256, whether it may be run.

    `bytes` is its size, `zipped` what it takes up in the zip, 0 before there is one.
    """

    path: str
    sha256: str
    bytes: int
    executable: bool
    zipped: int = 0


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What to assemble.

    `withdrawn` names by distribution the trim rules, spelt as in the schema, that leave it as it is. `certificates`
    are the further forms that certifi's get.
    """

    layer: str
    architecture: str
    runtime: str
    bytecode: str
    trim: TrimPolicy
    pins: tuple[Pin, ...]
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[OwnFile, ...] = ()
    certificates: tuple[str, ...] = ()

    @property
    def interpreter(self) -> str:
        """Where the runtime has its Python: what scripts are run by."""
        return f"/var/lang/bin/{self.runtime}"

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        raw = json.loads(text)
        pins = tuple(Pin(**_values(each)) for each in raw.pop("pins"))
        trim, withdrawn = TrimPolicy(**_values(raw.pop("trim"))), _values(raw.pop("withdrawn"))
        files = tuple(OwnFile(**each) for each in raw.pop("files"))
        certificates = tuple(raw.pop("certificates"))
        return cls(pins=pins, trim=trim, withdrawn=withdrawn, files=files, certificates=certificates, **raw)


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
class Applied:
    """What one trim rule did to one distribution.

    `taken` are the files that went, `changed` those whose content is another now, as paths below python/;
    `bytes` is what that saved before compression.
    """

    rule: str
    distribution: str
    taken: tuple[str, ...]
    changed: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Spared:
    """A rule that is on and left a distribution as it is; it was withdrawn, or code reads what it would take."""

    rule: str
    distribution: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was assembled, and with what.

    `savings` sums `applied` up by rule, in the order in which the rules ran; `offered` is what the rules that nobody
    asked for or refused would take. `kept_symbols` tells by path why a library was not stripped, `uncompiled` why a
    source has no bytecode. `own_files` is what the layer brings besides distributions.
    """

    python: str
    glibc: str
    packages: tuple[Package, ...]
    savings: tuple[Saving, ...]
    applied: tuple[Applied, ...] = ()
    spared: tuple[Spared, ...] = ()
    offered: tuple[Saving, ...] = ()
    kept_symbols: dict[str, str] = field(default_factory=dict)
    uncompiled: dict[str, str] = field(default_factory=dict)
    own_files: tuple[OwnFile, ...] = ()
    files: int
    zipped: int
    unzipped: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Report:
        raw = json.loads(text)
        parts: dict[str, Any] = {
            key: tuple(kind(**_values(each)) for each in raw.pop(key))
            for key, kind in (
                ("packages", Package),
                ("savings", Saving),
                ("applied", Applied),
                ("spared", Spared),
                ("offered", Saving),
                ("own_files", OwnFile),
            )
        }
        return cls(**parts, **raw)


def _values(raw: dict[str, object]) -> dict[str, Any]:
    """Take the lists of JSON back to the tuples that they were."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
