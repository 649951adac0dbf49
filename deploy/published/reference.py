"""A layer that somebody wants to look at, as they name it: a version of this account, anybody's ARN, or a file.

3                the only layer's version 3
my-layer:3       version 3 of that layer of the account, whoever made it
my-layer         its newest version
arn:aws:lambda:eu-central-1:770693421928:layer:Klayers-p311-requests:9
local            dist/LAYER.zip of the only layer; local:LAYER where there are several
path/to/any.zip
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import atomic
from ..aws import layers
from ..aws.arns import LayerVersionArn
from ..errors import AwsError, ConfigError, Fault
from ..invocation import advised
from . import contents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..aws.connection import Aws
    from ..aws.layers import LayerContent, LayerVersion
    from .contents import Contents
    from .downloads import Downloads

_NAME = re.compile(r"(?P<layer>[A-Za-z0-9-_]+)(:(?P<version>[0-9]+))?")


@dataclass(frozen=True)
class InFile:
    path: Path


@dataclass(frozen=True)
class InAccount:
    """A version of a layer of the account; the newest where it is None."""

    layer: str
    version: int | None


@dataclass(frozen=True)
class ByArn:
    arn: LayerVersionArn


LayerReference = InFile | InAccount | ByArn


@dataclass(frozen=True, kw_only=True)
class OpenedLayer:
    """A layer opened, and its zip; `published` is how AWS describes it, None for one in a file."""

    name: str
    content: bytes
    contents: Contents
    published: LayerVersion | None


def refer(text: str, named: Collection[str], dist: Path) -> LayerReference:
    """Understand how a layer is named; `named` are the project's own. Raises ConfigError."""
    if text == "local":
        return InFile(dist / f"{_only(text, named, 'local:LAYER')}.zip")
    if text.startswith("local:"):
        return InFile(dist / f"{text.removeprefix('local:')}.zip")
    if text.endswith(".zip"):
        return InFile(Path(text))
    if text.isdecimal():
        return InAccount(_only(text, named, f"LAYER:{text}"), int(text))
    if arn := LayerVersionArn.match(text):
        return ByArn(arn)
    if found := _NAME.fullmatch(text):
        return InAccount(found["layer"], int(found["version"]) if found["version"] else None)
    cure = "give VERSION, LAYER:VERSION, LAYER, a layer version's whole ARN, local, or a .zip file"
    raise ConfigError([Fault(text, "names no layer version", cure=cure)])


def read(reference: LayerReference, downloads: Callable[[str], Downloads]) -> OpenedLayer:
    """Find and open what is referred to; `downloads` gives the one of a region, of the stage's own for "".

    Raises ConfigError for a file, AwsError for a layer version, that cannot be had.
    """
    match reference:
        case InFile(path):
            return _opened_from(str(path), _bytes(path), str(path), None)
        case InAccount(layer, version):
            here = downloads("")
            return _opened(here, _numbered(here.aws, layer, version), f"{layer}:{version}")
        case ByArn(arn):
            there = downloads(arn.region)
            return _opened(there, layers.read(there.aws, str(arn)), str(arn))


def _only(text: str, named: Collection[str], cure: str) -> str:
    if not named:
        raise ConfigError([Fault(text, "this project has no layers", cure="name another's by its ARN, or a .zip file")])
    if len(named) != 1:
        what = f"does not say of which layer; there are {', '.join(named)}"
        raise ConfigError([Fault(text, what, cure=f"give {cure}")])
    return next(iter(named))


def _numbered(aws: Aws, layer: str, version: int | None) -> tuple[LayerVersion, LayerContent] | None:
    if version is not None:
        return layers.find(aws, layer, version)
    newest = next(layers.newest_first(aws, layer), None)
    if newest is None:
        raise AwsError([Fault(layer, f"the account has no such layer in {aws.region}", cure=_which(aws))])
    return layers.find(aws, layer, newest.version)


def _opened(downloads: Downloads, found: tuple[LayerVersion, LayerContent] | None, where: str) -> OpenedLayer:
    if found is None:
        cause = "it was never published there, or was deleted; functions that have it go on running with it"
        raise AwsError(
            [Fault(where, f"there is no such layer version in {downloads.aws.region}", cause, _which(downloads.aws))]
        )
    version, content = found
    return _opened_from(version.short, downloads.layer(content, where), where, version)


def _opened_from(name: str, content: bytes, where: str, published: LayerVersion | None) -> OpenedLayer:
    return OpenedLayer(name=name, content=content, contents=contents.read(content, where), published=published)


def _which(aws: Aws) -> str:
    return f"see which there are: aws lambda list-layers --region {aws.region}"


def _bytes(path: Path) -> bytes:
    try:
        return atomic.whole(path)
    except OSError as error:
        is_built = path.parent.name == "dist"
        cure = f"build it: {advised('layer')}" if is_built else "name a layer's zip, a layer's name, or local"
        raise ConfigError([Fault(str(path), error.strerror or str(error), cure=cure)]) from error
