"""The distributions in a layer's zip, as its own manifest describes them or else their .dist-info."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..documents.reading import UnreadableError
from ..inside import headers, unpack
from ..inside.trim.metadata import license_of
from ..layer.audit.wheels import is_metadata
from ..layer.manifest import travelling
from ..locking.lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

    from ..layer.manifest.travelling import TravellingManifest

MANIFESTS = "channelwright/"


@dataclass(frozen=True, kw_only=True)
class DescribedDistribution:
    """A distribution, as a manifest or its own metadata describes it; `owns` are paths below /opt, folders end in /."""

    name: str
    version: str
    license: str
    wheel: str = ""
    tags: tuple[str, ...] = ()
    sha256: str = ""
    owns: tuple[str, ...] = ()


def manifest_of(archive: ZipFile) -> tuple[TravellingManifest | None, str]:
    """Return the manifest of ours, or why one that claims to be is not; a file of such a name may be anything."""
    names = [name for name in archive.namelist() if name.startswith(MANIFESTS) and name.endswith(".json")]
    for content in (unpack.content(archive, each) for each in names):
        if travelling.claims(content):
            try:
                return travelling.read(content), ""
            except UnreadableError as error:
                return None, str(error)
    return None, ""


def described(archive: ZipFile, manifest: TravellingManifest | None) -> tuple[DescribedDistribution, ...]:
    return tuple(_told(manifest) if manifest else _found(archive))


def _told(manifest: TravellingManifest) -> Iterator[DescribedDistribution]:
    for package in manifest.packages:
        yield DescribedDistribution(
            name=package.name,
            version=package.version,
            license=package.license or "",
            wheel=package.wheel or "",
            tags=package.tags or (),
            sha256=package.sha256 or "",
            owns=tuple(f"python/{path}" for path in package.owns),
        )


def _found(archive: ZipFile) -> Iterator[DescribedDistribution]:
    """Yield the distributions of a layer that nobody described."""
    names = set(archive.namelist())
    for name in sorted(names):
        folder = name.rpartition("/")[0]
        if not is_metadata(name):
            continue
        metadata = headers.parse(unpack.content(archive, name))
        root = folder.rpartition("/")[0]
        record = f"{folder}/RECORD"
        rows = (
            csv.reader(io.StringIO(unpack.content(archive, record).decode(errors="replace"))) if record in names else ()
        )
        yield DescribedDistribution(
            name=normalised(metadata["Name"] or folder),
            version=metadata["Version"] or "",
            license=license_of(metadata),
            tags=_tags(archive, f"{folder}/WHEEL") if f"{folder}/WHEEL" in names else (),
            owns=(f"{folder}/", *(f"{root}/{row[0]}" for row in rows if row)),
        )


def _tags(archive: ZipFile, path: str) -> tuple[str, ...]:
    """Read the tags of the wheel that a distribution was installed from."""
    return tuple(headers.parse(unpack.content(archive, path)).get_all("Tag", ()))
