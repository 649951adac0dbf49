"""Layer versions: listed, looked into, published, deleted.

https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import requests

from ..errors import AwsError, Fault
from .arns import LayerVersionArn
from .refusals import asking, once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda.literals import RuntimeType
    from mypy_boto3_lambda.type_defs import GetLayerVersionResponseTypeDef, LayerVersionsListItemTypeDef
    from mypy_boto3_lambda.type_defs import LayerVersionContentInputTypeDef as Content

    from ..layer.spec import LayerSpec
    from .connection import Aws

DESCRIPTION = 256
"""Characters that a layer version's description may have."""


@dataclass(frozen=True)
class LayerVersion:
    """A layer version as a list of them shows it: without its bytes' digest. `created` is ISO 8601."""

    arn: str
    version: int
    description: str
    created: str = ""
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    license: str = ""

    @property
    def layer(self) -> str:
        return LayerVersionArn.parse(self.arn).name

    @property
    def short(self) -> str:
        """The layer and the version, as people name them: tiny:3."""
        return LayerVersionArn.parse(self.arn).short


@dataclass(frozen=True)
class LayerContent:
    """A layer version's bytes: their sha256 in hexadecimal, a link that lives ten minutes, and how many they are."""

    sha256: str
    location: str
    size: int = 0


def names(aws: Aws) -> tuple[str, ...]:
    """List every layer of this account in the region that has a version, by name."""
    pages = aws.functions.get_paginator("list_layers").paginate()
    with asking("lambda:ListLayers", aws.region):
        return tuple(sorted(each["LayerName"] for page in pages for each in page["Layers"]))


def versions(aws: Aws, name: str) -> tuple[LayerVersion, ...]:
    """List every version, newest first; none where the layer is new."""
    return tuple(sorted(newest_first(aws, name), key=_age))


def newest_first(aws: Aws, name: str, *, runtime: str = "", architecture: str = "") -> Iterator[LayerVersion]:
    """Yield versions as Lambda lists them, the newest first; a page of them is asked for when the one before is read.

    `runtime` and `architecture` leave out those that are not for them.
    """
    wish: dict[str, Any] = {"CompatibleRuntime": runtime, "CompatibleArchitecture": architecture}
    pages = iter(
        aws.functions.get_paginator("list_layer_versions").paginate(
            LayerName=name, **{key: value for key, value in wish.items() if value}
        )
    )
    while True:
        with asking("lambda:ListLayerVersions", name):
            try:
                page = next(pages, None)
            except aws.functions.exceptions.ResourceNotFoundException:
                page = None
        if page is None:
            return
        yield from sorted(map(_version, page["LayerVersions"]), key=_age)


def _age(version: LayerVersion) -> int:
    return -version.version


def content(aws: Aws, name: str, version: int) -> LayerContent:
    with asking("lambda:GetLayerVersion", f"{name}:{version}"):
        return _content(aws.functions.get_layer_version(LayerName=name, VersionNumber=version))


def find(aws: Aws, name: str, version: int) -> tuple[LayerVersion, LayerContent] | None:
    """Read a version of this account's layer; None where there is none, or it was deleted."""
    with asking("lambda:GetLayerVersion", f"{name}:{version}"):
        try:
            found = aws.functions.get_layer_version(LayerName=name, VersionNumber=version)
        except aws.functions.exceptions.ResourceNotFoundException:
            return None
    return _version(found), _content(found)


def read(aws: Aws, arn: str) -> tuple[LayerVersion, LayerContent] | None:
    """Read a version of any account by its ARN; None where it was deleted.

    A function that has a deleted version goes on running with it.
    """
    with asking("lambda:GetLayerVersion", arn):
        try:
            found = aws.functions.get_layer_version_by_arn(Arn=arn)
        except aws.functions.exceptions.ResourceNotFoundException:
            return None
    return _version(found), _content(found)


def publish(aws: Aws, spec: LayerSpec, source: Content, description: str) -> tuple[LayerVersion, LayerContent]:
    """Make a new version; what is returned is what AWS says that it has.

    It is sent once: where AwsError tells that the answer was lost, there may be one.
    """
    if len(description) > DESCRIPTION:
        raise AwsError([_too_long(spec, description)])
    with asking("lambda:PublishLayerVersion", spec.layer.name), once(aws.functions, "PublishLayerVersion"):
        made = aws.functions.publish_layer_version(
            LayerName=spec.layer.name,
            Description=description,
            Content=source,
            CompatibleRuntimes=[cast("RuntimeType", spec.runtime)],
            CompatibleArchitectures=[spec.architecture],
            LicenseInfo=spec.layer.license,
        )
    return _version(made), _content(made)


def delete(aws: Aws, name: str, version: int) -> None:
    """Delete a version; there is no error where it is gone already.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html
    """
    with asking("lambda:DeleteLayerVersion", f"{name}:{version}"):
        aws.functions.delete_layer_version(LayerName=name, VersionNumber=version)


def download(there: LayerContent) -> bytes:
    """Fetch a layer version's zip; raise AwsError where it cannot be had."""
    return fetch(there.location, "the layer's download link")


def fetch(location: str, what: str) -> bytes:
    """Fetch what one of Lambda's links leads to; raise AwsError where it cannot be had."""
    try:
        answer = requests.get(location, timeout=(10, 60))
        answer.raise_for_status()
    except requests.RequestException as error:
        raise AwsError([Fault(what, str(error))]) from error
    return answer.content


def hexadecimal(code_sha256: str) -> str:
    """Write Lambda's CodeSha256 as hexadecimal, as sha256sum does."""
    return base64.b64decode(code_sha256).hex()


def _version(found: LayerVersionsListItemTypeDef | GetLayerVersionResponseTypeDef) -> LayerVersion:
    return LayerVersion(
        arn=found["LayerVersionArn"],
        version=found["Version"],
        description=found.get("Description", ""),
        created=found.get("CreatedDate", ""),
        runtimes=tuple(found.get("CompatibleRuntimes", ())),
        architectures=tuple(found.get("CompatibleArchitectures", ())),
        license=found.get("LicenseInfo", ""),
    )


def _content(found: GetLayerVersionResponseTypeDef) -> LayerContent:
    """Return where the zip is; raise AwsError where the answer does not tell, as an emulator's of strangers' layers."""
    there = found["Content"]
    if "CodeSha256" not in there or "Location" not in there:
        cure = "ask AWS itself, which has it"
        raise AwsError([Fault(found["LayerVersionArn"], "the answer tells nothing of its content", cure=cure)])
    return LayerContent(hexadecimal(there["CodeSha256"]), there["Location"], there.get("CodeSize", 0))


def _too_long(spec: LayerSpec, description: str) -> Fault:
    return Fault(
        f"lambda:PublishLayerVersion {spec.layer.name}",
        f"the description has {len(description)} characters; Lambda takes {DESCRIPTION}",
        cure="shorten it",
    )
