"""The CycloneDX software bill of materials of a layer, made from what is in its zip."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from zipfile import ZipFile

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from .. import __version__
from ..inside import headers, unpack
from ..locking.lockfile import normalised
from .audit.wheels import is_metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .values import BuiltLayer


def sbom(built: BuiltLayer) -> str:
    """Describe a layer as CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/).

    The components are the distributions whose metadata the zip holds. The same zip gives the same text: the
    serial number follows from its sha256, and no time is given.
    """
    return document(built.spec.layer.name, built.sha256, _components(built))


def document(layer: str, sha256: str, held: Iterable[Component]) -> str:
    """Write the bill of a zip with this sha256 that holds these components."""
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{sha256}"), version=1)
    bom.metadata.timestamp = None  # type: ignore[assignment] # optional in CycloneDX; the library always sets it
    bom.metadata.component = Component(
        name=layer,
        type=ComponentType.FILE,
        bom_ref=layer,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
        properties=[Property(name="channelwright:version", value=__version__)],
    )
    components = list(held)
    bom.components.update(components)
    bom.register_dependency(bom.metadata.component, components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def component(name: str, version: str, license: str, *, wheel: str = "", sha256: str = "") -> Component:  # noqa: A002 - its key
    """Describe a distribution; its wheel and the wheel's sha256 where they are known."""
    purl = PackageURL("pypi", name=name, version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=purl.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else [],
        licenses=[LicenseFactory().make_from_string(license)] if license else [],
        properties=[Property(name="channelwright:wheel", value=wheel)] if wheel else [],
    )


def file_component(path: str, sha256: str) -> Component:
    """Describe a file that belongs to no distribution, by its path below /opt."""
    digest = HashType(alg=HashAlgorithm.SHA_256, content=sha256)
    return Component(name=path, type=ComponentType.FILE, bom_ref=f"file:{path}", hashes=[digest])


def _components(built: BuiltLayer) -> Iterator[Component]:
    yield from (file_component(each.path, each.sha256) for each in built.report.own_files)
    reported = {(package.name, package.version): package for package in built.report.packages}
    with ZipFile(built.zip) as archive:
        for name in archive.namelist():
            if is_metadata(name):
                metadata = headers.parse(unpack.content(archive, name))
                distribution, version = normalised(metadata["Name"]), metadata["Version"]
                package = reported[distribution, version]
                yield component(distribution, version, package.license, wheel=package.wheel, sha256=package.sha256)
