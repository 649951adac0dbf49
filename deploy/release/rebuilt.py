"""Downloaded zips as the values that a build gives, so that they can be proven and shipped as a build is.

Nothing is believed of them for that: `verify` tries the layers anew. What the manifest in a layer says of its
packages is what the audit compares the zip with.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from io import BytesIO
from typing import TYPE_CHECKING

from msgspec import UNSET

from ..code import tree_digest
from ..code.bundle import CodeBundle
from ..errors import Fault, RolloutError
from ..inside.exchange import OwnFile, Package, Pin, Report
from ..layer.opt_folder import unpacked
from ..layer.spec import LayerSpec, dockerfile_of
from ..layer.values import BuiltLayer

if TYPE_CHECKING:
    from pathlib import Path

    from ..container.digest import RuntimeImage
    from ..layer.manifest.travelling import DescribedFile, DescribedPackage
    from ..published.contents import Contents, HeldPackage
    from ..settings import Architecture, Bytecode, Layer, Settings

_COUNTED = {"unzipped", "zipped"}
_TOLD = {field.name for field in fields(Package)} - _COUNTED


def code(path: Path) -> CodeBundle:
    """Make a bundle of a code zip, as `bundle` makes it of sources."""
    content = path.read_bytes()
    files = unpacked([BytesIO(content)])
    return CodeBundle(
        zip=path,
        sha256=hashlib.sha256(content).hexdigest(),
        files=files,
        tree_digest=tree_digest.of_files(files),
        size=len(content),
    )


def layer(  # noqa: PLR0913 - the parts of a spec, and the zip with what is in it
    settings: Settings, name: str, architecture: Architecture, image: RuntimeImage, *, path: Path, held: Contents
) -> BuiltLayer:
    """Make a built layer of a zip of ours: its policy is what it says of itself, its pins are the wheels in it.

    Raises RolloutError where its manifest does not say enough.
    """
    report = _report(name, held)
    first = settings.architectures[0]
    spec = LayerSpec(
        layer=_as_built(settings.layers[name], held),
        runtime=settings.runtime,
        architecture=architecture,
        image=image,
        pins=tuple(Pin(name=each.name, version=each.version, hashes=(each.sha256,)) for each in report.packages),
        dockerfile=dockerfile_of(settings),
        stem=name if architecture == first else f"{name}-{architecture}",
    )
    return BuiltLayer(spec=spec, zip=path, sha256=held.sha256, report=report)


def _as_built(layer: Layer, held: Contents) -> Layer:
    """Return the layer as it is configured here, with the policy that it was built with where it tells that."""
    told = held.manifest
    if told is None or told.trim is UNSET:
        return layer
    bytecode: Bytecode = "sourceless" if told.bytecode == "sourceless" else "unchecked-hash"
    return replace(layer, trim=told.trim, bytecode=bytecode)


def lacks(held: Contents) -> tuple[str, ...]:
    """Name what the manifest does not say of packages, and would have to."""
    packages = held.manifest.packages if held.manifest else ()
    return tuple(sorted({key for package in packages for key in _TOLD if getattr(package, key) is UNSET}))


def _report(name: str, held: Contents) -> Report:
    if held.manifest is None or lacks(held):
        raise RolloutError([Fault(name, f"its manifest does not tell {', '.join(lacks(held)) or 'anything'}")])
    manifest = held.manifest
    counted = {each.name: each for each in held.packages}
    return Report(
        python="",
        glibc="",
        packages=tuple(_package(each, counted[each.name]) for each in manifest.packages),
        savings=manifest.savings or (),
        kept_symbols=dict(manifest.kept_symbols),
        uncompiled=dict(manifest.uncompiled),
        own_files=tuple(_own_file(each, held) for each in manifest.own_files),
        files=len(held.files),
        zipped=held.zipped,
        unzipped=held.size,
    )


def _own_file(told: DescribedFile, held: Contents) -> OwnFile:
    there = held.files.get(told.path)
    return OwnFile(
        path=told.path,
        sha256=told.sha256,
        bytes=told.bytes,
        executable=told.executable,
        zipped=there.zipped if there else 0,
    )


def _package(told: DescribedPackage, counted: HeldPackage) -> Package:
    return Package(
        name=told.name,
        version=told.version,
        wheel=told.wheel or "",
        sha256=told.sha256 or "",
        tags=told.tags or (),
        license=told.license or "",
        license_files=told.license_files or (),
        modules=told.modules or (),
        extensions=told.extensions or (),
        excluded=bool(told.excluded),
        unzipped=counted.size,
        zipped=counted.zipped,
    )
