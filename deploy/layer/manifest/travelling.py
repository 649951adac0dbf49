"""channelwright/<layer>.json inside a layer, as `inside.inventory` writes it and as earlier versions did."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read when it is decoded
from dataclasses import dataclass, field

from msgspec import UNSET, UnsetType

from ...documents.reading import UnreadableError, decoded
from ...inside.exchange import Saving, TrimPolicy  # noqa: TC001 - as above
from ...inside.inventory import FORMAT


@dataclass(frozen=True, kw_only=True)
class DescribedPackage:
    """A distribution in the layer, from which wheel it is, and whose files are its own.

    `tags` are the wheel's; `modules` the names under which it can be imported, `extensions` and `license_files` paths
    below python/. `excluded` tells that the trim policy took all that could be imported. `owns` are paths below
    python/, folders ending in /.
    """

    name: str
    version: str
    wheel: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    license: str | UnsetType = UNSET
    license_files: tuple[str, ...] | UnsetType = UNSET
    modules: tuple[str, ...] | UnsetType = UNSET
    extensions: tuple[str, ...] | UnsetType = UNSET
    excluded: bool | UnsetType = UNSET
    owns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DescribedFile:
    """A file that the layer brings besides distributions: its path below /opt, its sha256, whether it may be run."""

    path: str
    sha256: str
    bytes: int
    executable: bool


@dataclass(frozen=True, kw_only=True)
class TravellingManifest:
    """What is in a layer, for whoever finds it unpacked in /opt. The same wheels and policy give the same bytes of it.

    `lock` is the sha256 of the wheels that were installed, `content` that of the paths and digests of all files below
    python/. `withdrawn` names by distribution the trim rules that leave it as it is; `savings` what each rule took;
    `kept_symbols` by path why a library was not stripped, `uncompiled` why a source has no bytecode.
    """

    format: int = 0
    layer: str = ""
    runtime: str = ""
    architecture: str = ""
    bytecode: str = ""
    lock: str | UnsetType = UNSET
    content: str = ""
    packages: tuple[DescribedPackage, ...]
    trim: TrimPolicy | UnsetType = UNSET
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    savings: tuple[Saving, ...] | UnsetType = UNSET
    kept_symbols: Mapping[str, str] = field(default_factory=dict)
    uncompiled: Mapping[str, str] = field(default_factory=dict)
    own_files: tuple[DescribedFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Named:
    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """The least that tells a manifest of ours from anything else that somebody may leave in a file of such a name."""

    packages: tuple[_Named, ...]


def claims(content: bytes) -> bool:
    """Tell whether a file says, rightly or not, which distributions a layer holds, as our manifests do."""
    try:
        decoded(content, _Claim)
    except UnreadableError:
        return False
    return True


def read(content: bytes) -> TravellingManifest:
    """Read what travels in a layer; raise UnreadableError where it is not what this pipeline or an older one wrote."""
    return decoded(content, TravellingManifest, newest=FORMAT)
