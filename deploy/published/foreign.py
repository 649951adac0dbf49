"""Layers of others that functions have, by their ARNs: fetched where the credentials allow it, and opened.

A layer version never changes, so an ARN leads to the same zip for good, and AWS is asked for it once.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ..aws import layers
from ..errors import AwsError, Fault
from ..inside.exchange import Package, Pin, Report
from ..kept import keep_text, read_text
from ..layer.audit.wheels import top_level
from ..layer.spec import LayerSpec
from ..layer.values import BuiltLayer, Sha256
from ..settings import Layer
from . import contents

if TYPE_CHECKING:
    from pathlib import Path

    from ..container.digest import RuntimeImage
    from ..settings import Target
    from .contents import Contents, HeldPackage
    from .downloads import Downloads


def kept(arn: str, folder: Path) -> Path | None:
    """Return the zip of a layer version that was fetched before into this folder of downloads."""
    sha256 = read_text(_note(arn, folder))
    path = folder / f"{sha256}.zip"
    return path if sha256 and path.exists() else None


def fetch(arn: str, downloads: Downloads) -> Path:
    """Download a layer version and keep it; raise AwsError where the credentials do not reach it, or it was deleted."""
    found = layers.read(downloads.aws, arn)
    if found is None:
        cause = "functions that have it go on running with it; no other can get it"
        raise AwsError([Fault(arn, "there is no such layer version", cause, "name one that is there")])
    downloads.layer(found[1], arn)
    keep_text(_note(arn, downloads.folder), found[1].sha256)
    return downloads.path(found[1].sha256)


def opened(name: str, path: Path, target: Target, image: RuntimeImage) -> BuiltLayer:
    """Describe somebody else's zip as what a build gives, to be laid beside one's own layers and counted with them.

    Nothing was built, and nothing can be proven of it alone; `name` is what the configuration calls it.
    """
    content = path.read_bytes()
    held = contents.read(content, name)
    spec = LayerSpec(
        layer=Layer(name=name),
        runtime=target.runtime,
        architecture=target.architecture,
        image=image,
        pins=tuple(Pin(name=each.name, version=each.version, hashes=()) for each in held.packages),
        dockerfile=path,
        stem=name,
    )
    report = Report(
        python="",
        glibc="",
        packages=tuple(_package(each, held) for each in held.packages),
        savings=(),
        files=len(held.files),
        zipped=held.zipped,
        unzipped=held.size,
    )
    return BuiltLayer(spec=spec, zip=path, sha256=Sha256(held.sha256), report=report)


def _package(package: HeldPackage, held: Contents) -> Package:
    own = [path for path, file in held.files.items() if file.owner == package.name]
    modules = dict.fromkeys(module for path in own if (module := top_level(path)))
    return Package(
        name=package.name,
        version=package.version,
        wheel=package.wheel,
        sha256=package.sha256,
        tags=package.tags,
        license=package.license,
        license_files=(),
        modules=tuple(modules),
        extensions=tuple(path.removeprefix("python/") for path in own if held.files[path].native),
        excluded=False,
        unzipped=package.size,
        zipped=package.zipped,
    )


def _note(arn: str, folder: Path) -> Path:
    return folder / "arns" / f"{hashlib.sha256(arn.encode()).hexdigest()}.txt"
