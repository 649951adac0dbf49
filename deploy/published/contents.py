"""What is in a layer's zip, whoever made it.

A layer of this pipeline brings a manifest, channelwright/<layer>.json, which says where each file came from. Of any
other layer the distributions are read from their .dist-info, as far as their RECORD goes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from ..errors import AwsError, Fault
from ..inside import unpack
from . import abi
from .described import MANIFESTS, described, manifest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..layer.manifest.travelling import TravellingManifest
    from .abi import MachineCode
    from .described import DescribedDistribution


# A member that is encrypted, cut off, or compressed as no zip of Lambda may be.
_DAMAGED = (BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, csv.Error)

# The folders of /opt that a runtime reads by itself.
LOOKED_IN = ("python/", "lib/", "bin/", "extensions/")


@dataclass(frozen=True, kw_only=True)
class HeldFile:
    """A file: bytes unzipped, bytes that its compressed content takes in the zip, sha256 in hexadecimal.

    `owner` is the distribution that it belongs to, empty where nothing says so. `native` is what a shared object
    needs of its machine, `bytecode` how a .pyc is checked and whose it is.
    """

    path: str
    size: int
    zipped: int
    sha256: str
    owner: str
    native: MachineCode | None = None
    bytecode: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldPackage:
    """A distribution in a layer. `wheel` and its `sha256` are known of our own layers alone.

    Sizes are the sums over its files, in bytes, unzipped and compressed.
    """

    name: str
    version: str
    license: str
    wheel: str
    tags: tuple[str, ...]
    sha256: str
    files: int
    size: int
    zipped: int


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A layer's zip. `manifest` is what travels in it, None where it is not one of ours.

    `unreadable` says why a manifest that claims to be ours is not believed; the layer is read as anybody's then.
    `packages` are sorted by name, `files` keyed by path below /opt.
    """

    sha256: str
    zipped: int
    manifest: TravellingManifest | None
    unreadable: str = ""
    packages: tuple[HeldPackage, ...]
    files: Mapping[str, HeldFile]

    @property
    def is_ours(self) -> bool:
        return self.manifest is not None

    @property
    def not_a_layer(self) -> str:
        """Why a zip is none, empty where it is one: nothing in it lies where the runtime looks below /opt.

        https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html#packaging-layers-paths
        """
        if any(path.startswith(LOOKED_IN) for path in self.files):
            return ""
        return f"nothing in it lies in {', '.join(LOOKED_IN[:-1])} or {LOOKED_IN[-1]}, where Lambda looks in a layer"

    @property
    def size(self) -> int:
        """Bytes unzipped, as Lambda counts them."""
        return sum(file.size for file in self.files.values())

    @property
    def own_files(self) -> tuple[HeldFile, ...]:
        """The files that belong to no distribution, but for this pipeline's own record."""
        return tuple(
            file
            for path, file in sorted(self.files.items())
            if not file.owner and not path.startswith(("python/", MANIFESTS))
        )

    @property
    def versions(self) -> dict[str, str]:
        return {package.name: package.version for package in self.packages}

    @property
    def architecture(self) -> str:
        """The machine that it is for, as its manifest or its shared objects say; empty where it runs anywhere."""
        machines = {file.native.machine for file in self.files.values() if file.native}
        return (self.manifest.architecture if self.manifest else "") or " and ".join(sorted(machines))

    @property
    def runtime(self) -> str:
        """The Lambda runtime that its manifest names; empty where none does."""
        return self.manifest.runtime if self.manifest else ""

    @property
    def bytecode(self) -> str:
        """How its bytecode is checked and by which Python, each kind once; empty without any."""
        kinds = sorted({file.bytecode for file in self.files.values() if file.bytecode})
        sources = any(path.endswith(".py") for path in self.files)
        return f"{' and '.join(kinds)}{'' if sources else ', without sources'}" if kinds else ""


def read(content: bytes, where: str) -> Contents:
    """Open a layer's zip; raise AwsError, about `where` it came from, if it is none."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            manifest, unreadable = manifest_of(archive)
            packages = described(archive, manifest)
            owners = _Owners([(each.name, path) for each in packages for path in each.owns])
            files = {file.path: file for file in _files(archive, owners)}
    except _DAMAGED as error:
        raise AwsError([_no_zip(where, error)]) from error
    return Contents(
        sha256=hashlib.sha256(content).hexdigest(),
        zipped=len(content),
        manifest=manifest,
        unreadable=unreadable,
        packages=tuple(sorted((_package(each, files) for each in packages), key=lambda each: each.name)),
        files=files,
    )


def versions(content: bytes, where: str) -> dict[str, str]:
    """Read no more of a layer's zip than which distributions it holds, by name; raise AwsError if it is none."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            manifest, _ = manifest_of(archive)
            return {each.name: each.version for each in described(archive, manifest)}
    except _DAMAGED as error:
        raise AwsError([_no_zip(where, error)]) from error


def _no_zip(where: str, error: Exception) -> Fault:
    cause = str(error) or type(error).__name__
    return Fault(where, "is not a zip that can be read", cause, "fetch it again, or build it anew")


class _Owners:
    """Whom a file belongs to, by the folders, ending in /, and files that distributions own."""

    def __init__(self, owned: list[tuple[str, str]]) -> None:
        self._by_path = {path: name for name, path in owned}

    def of(self, path: str) -> str:
        folders = path.split("/")
        above = ("/".join(folders[:depth]) + "/" for depth in range(len(folders) - 1, 0, -1))
        return next((self._by_path[each] for each in (path, *above) if each in self._by_path), "")


def _files(archive: ZipFile, owners: _Owners) -> Iterator[HeldFile]:
    for entry in archive.infolist():
        if not entry.is_dir():
            data = unpack.content(archive, entry)
            yield HeldFile(
                path=entry.filename,
                size=entry.file_size,
                zipped=entry.compress_size,
                sha256=hashlib.sha256(data).hexdigest(),
                owner=owners.of(entry.filename),
                native=abi.native(entry.filename, data),
                bytecode=abi.bytecode(entry.filename, data),
            )


def _package(said: DescribedDistribution, files: Mapping[str, HeldFile]) -> HeldPackage:
    own = [file for file in files.values() if file.owner == said.name]
    return HeldPackage(
        name=said.name,
        version=said.version,
        license=said.license,
        wheel=said.wheel,
        tags=said.tags,
        sha256=said.sha256,
        files=len(own),
        size=sum(file.size for file in own),
        zipped=sum(file.zipped for file in own),
    )
