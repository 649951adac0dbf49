"""The CycloneDX software bill of materials of a layer, made from what is in its zip."""

from __future__ import annotations

import uuid
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING
from zipfile import ZipFile

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy import __version__
from deploy.layer.lock import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.inside.exchange import Package
    from deploy.layer.values import BuiltLayer


def sbom(built: BuiltLayer) -> str:
    """Describe a layer as CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/).

    The components are the distributions whose metadata the zip holds. The same zip gives the same text: the
    serial number follows from its sha256, and no time is given.
    """
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{built.sha256}"), version=1)
    bom.metadata.timestamp = None  # type: ignore[assignment] # optional in CycloneDX; the library always sets it
    bom.metadata.component = Component(
        name=built.spec.layer.name,
        type=ComponentType.FILE,
        bom_ref=built.spec.layer.name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=built.sha256)],
        properties=[Property(name="channelwright:version", value=__version__)],
    )
    components = list(_components(built))
    bom.components.update(components)
    bom.register_dependency(bom.metadata.component, components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _components(built: BuiltLayer) -> Iterator[Component]:
    reported = {(package.name, package.version): package for package in built.report.packages}
    with ZipFile(built.zip) as archive:
        for name in archive.namelist():
            if name.endswith(".dist-info/METADATA"):
                metadata = BytesHeaderParser().parsebytes(archive.read(name))
                distribution, version = normalised(metadata["Name"]), metadata["Version"]
                yield _component(distribution, version, reported[distribution, version])


def _component(name: str, version: str, package: Package) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=purl.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=package.sha256)],
        licenses=[LicenseFactory().make_from_string(package.license)] if package.license else [],
        properties=[Property(name="channelwright:wheel", value=package.wheel)],
    )
