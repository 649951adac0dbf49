"""Layer versions: listed, looked into, published.

https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import requests

from deploy.aws.refusals import asking
from deploy.errors import AwsError, Fault

if TYPE_CHECKING:
    from mypy_boto3_lambda.literals import RuntimeType
    from mypy_boto3_lambda.type_defs import LayerVersionContentInputTypeDef as Content

    from deploy.aws.connection import Aws
    from deploy.layer.spec import LayerSpec

DESCRIPTION = 256
"""Characters that a layer version's description may have."""


@dataclass(frozen=True)
class LayerVersion:
    """A layer version as a list of them shows it: without its bytes' digest."""

    arn: str
    version: int
    description: str


@dataclass(frozen=True)
class LayerContent:
    """A layer version's bytes: their sha256 in hexadecimal, and a link that lives ten minutes."""

    sha256: str
    location: str


def versions(aws: Aws, spec: LayerSpec) -> tuple[LayerVersion, ...]:
    """List every version for the spec's runtime and architecture, newest first; none where the layer is new."""
    name = spec.layer.name
    pages = aws.functions.get_paginator("list_layer_versions").paginate(
        LayerName=name, CompatibleRuntime=cast("RuntimeType", spec.runtime), CompatibleArchitecture=spec.architecture
    )
    with asking("lambda:ListLayerVersions", name):
        try:
            found = [each for page in pages for each in page["LayerVersions"]]
        except aws.functions.exceptions.ResourceNotFoundException:
            found = []
    listed = (LayerVersion(each["LayerVersionArn"], each["Version"], each.get("Description", "")) for each in found)
    return tuple(sorted(listed, key=lambda each: -each.version))


def content(aws: Aws, spec: LayerSpec, version: int) -> LayerContent:
    name = spec.layer.name
    with asking("lambda:GetLayerVersion", f"{name}:{version}"):
        found = aws.functions.get_layer_version(LayerName=name, VersionNumber=version)["Content"]
    return LayerContent(hexadecimal(found["CodeSha256"]), found["Location"])


def publish(aws: Aws, spec: LayerSpec, source: Content, description: str) -> tuple[LayerVersion, LayerContent]:
    """Make a new version; what is returned is what AWS says that it has."""
    if len(description) > DESCRIPTION:
        raise AwsError([_too_long(spec, description)])
    with asking("lambda:PublishLayerVersion", spec.layer.name):
        made = aws.functions.publish_layer_version(
            LayerName=spec.layer.name,
            Description=description,
            Content=source,
            CompatibleRuntimes=[cast("RuntimeType", spec.runtime)],
            CompatibleArchitectures=[spec.architecture],
            LicenseInfo=spec.layer.license,
        )
    there = made["Content"]
    return (
        LayerVersion(made["LayerVersionArn"], made["Version"], made["Description"]),
        LayerContent(hexadecimal(there["CodeSha256"]), there["Location"]),
    )


def download(there: LayerContent) -> bytes:
    """Fetch a layer version's zip; raise AwsError where it cannot be had."""
    try:
        answer = requests.get(there.location, timeout=(10, 60))
        answer.raise_for_status()
    except requests.RequestException as error:
        raise AwsError([Fault("the layer's download link", str(error))]) from error
    return answer.content


def hexadecimal(code_sha256: str) -> str:
    """Write Lambda's CodeSha256 as hexadecimal, as sha256sum does."""
    return base64.b64decode(code_sha256).hex()


def _too_long(spec: LayerSpec, description: str) -> Fault:
    return Fault(
        f"lambda:PublishLayerVersion {spec.layer.name}",
        f"the description has {len(description)} characters; Lambda takes {DESCRIPTION}",
        cure="shorten it",
    )
