"""Functions: what $LATEST and published versions of them are, and how $LATEST is changed.

Every change carries the RevisionId of what was read before it, so that nobody's change is overwritten unseen:
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html. Between two changes of a function Lambda
has to be waited for: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .layers import fetch, hexadecimal
from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.literals import ArchitectureType
    from mypy_boto3_lambda.type_defs import (
        FunctionConfigurationResponseTypeDef,
        FunctionConfigurationTypeDef,
    )
    from mypy_boto3_lambda.type_defs import LayerVersionContentInputTypeDef as Content
    from mypy_boto3_lambda.waiter import FunctionUpdatedV2Waiter

    from .connection import Aws

_CONFIGURATION = (
    "Runtime",
    "Role",
    "Handler",
    "Timeout",
    "MemorySize",
    "VpcConfig",
    "DeadLetterConfig",
    "Environment",
    "KMSKeyArn",
    "TracingConfig",
    "EphemeralStorage",
    "FileSystemConfigs",
    "LoggingConfig",
)
"""The keys of a configuration that the template decides, and that a published version keeps for good.

Of SnapStart that is whether it is on; how far Lambda is with a version's snapshot comes beside it.
"""


@dataclass(frozen=True, kw_only=True)
class FunctionState:
    """A function's $LATEST or a published version of it. `layers` are ARNs in attach order, `sha256` hexadecimal.

    `layer_sizes` are the bytes of the layers' zips in that order, 0 where they are not told.

    `settling` tells that Lambda is still making it so, and takes no further change. `size` is the code zip's bytes,
    `modified` ISO 8601, `update` what became of the last change: "Successful", or "Failed: " and why. `state` is
    "Active", or another word and why: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html.
    """

    name: str
    version: str
    sha256: str
    layers: tuple[str, ...]
    layer_sizes: tuple[int, ...] = field(default=(), compare=False)
    architecture: ArchitectureType
    revision: str
    settling: bool = field(compare=False)
    configuration: Mapping[str, Any]
    description: str = ""
    size: int = 0
    modified: str = ""
    update: str = field(default="", compare=False)
    state: str = field(default="", compare=False)


def everything(aws: Aws) -> tuple[FunctionState, ...]:
    """List $LATEST and the published versions of every function of the account in the region, 50 in a call.

    As in every list, nothing says how far Lambda is with the last change.
    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
    """
    pages = aws.functions.get_paginator("list_functions").paginate(FunctionVersion="ALL")
    with asking("lambda:ListFunctions", aws.region):
        return tuple(state_of(each["FunctionName"], each) for page in pages for each in page["Functions"])


def read(aws: Aws, name: str, qualifier: str = "$LATEST") -> FunctionState | None:
    """Read $LATEST, a version, or what an alias stands for; None where there is no such thing."""
    with asking("lambda:GetFunctionConfiguration", f"{name}:{qualifier}"):
        try:
            found = aws.functions.get_function_configuration(FunctionName=name, Qualifier=qualifier)
        except aws.functions.exceptions.ResourceNotFoundException:
            return None
    return state_of(name, found)


def download(aws: Aws, name: str, qualifier: str) -> bytes:
    """Fetch the code zip of $LATEST or of a version; raise AwsError where it cannot be had."""
    with asking("lambda:GetFunction", f"{name}:{qualifier}"):
        location = aws.functions.get_function(FunctionName=name, Qualifier=qualifier)["Code"]["Location"]
    return fetch(location, f"the code's download link of {name}:{qualifier}")


def versions(aws: Aws, name: str) -> tuple[FunctionState, ...]:
    """List every published version, newest first; none where there is no function."""
    pages = aws.functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    with asking("lambda:ListVersionsByFunction", name):
        try:
            found = [
                state_of(name, each) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"
            ]
        except aws.functions.exceptions.ResourceNotFoundException:
            return ()
    return tuple(sorted(found, key=lambda each: -int(each.version)))


def first_versions(aws: Aws, name: str) -> dict[str, FunctionState]:
    """List $LATEST and as many published versions as come with it, by version; none where there is no function.

    It is one call. As in every list, nothing says how far Lambda is with the last change.
    """
    with asking("lambda:ListVersionsByFunction", name):
        try:
            found = aws.functions.list_versions_by_function(FunctionName=name)["Versions"]
        except aws.functions.exceptions.ResourceNotFoundException:
            return {}
    return {each["Version"]: state_of(name, each) for each in found}


def settle(aws: Aws, name: str) -> None:
    """Wait until Lambda has taken in the last change of $LATEST; raise AwsError where it failed to."""
    waiter: FunctionUpdatedV2Waiter = aws.functions.get_waiter("function_updated_v2")
    with asking("lambda:GetFunction", name):
        waiter.wait(FunctionName=name)


def update_code(aws: Aws, latest: FunctionState, source: Content) -> None:
    """Give $LATEST other code, and leave its architecture as it is: left out, it would become x86_64."""
    with asking("lambda:UpdateFunctionCode", latest.name):
        aws.functions.update_function_code(
            FunctionName=latest.name, Architectures=[latest.architecture], RevisionId=latest.revision, **source
        )


def update_layers(aws: Aws, latest: FunctionState, layers: tuple[str, ...]) -> None:
    """Give $LATEST these layers and no others."""
    with asking("lambda:UpdateFunctionConfiguration", latest.name):
        aws.functions.update_function_configuration(
            FunctionName=latest.name, Layers=list(layers), RevisionId=latest.revision
        )


def state_of(name: str, found: FunctionConfigurationTypeDef | FunctionConfigurationResponseTypeDef) -> FunctionState:
    values: Mapping[str, object] = found
    return FunctionState(
        name=name,
        version=found["Version"],
        sha256=hexadecimal(found["CodeSha256"]),
        layers=tuple(layer["Arn"] for layer in found.get("Layers", ())),
        layer_sizes=tuple(layer.get("CodeSize", 0) for layer in found.get("Layers", ())),
        architecture=architectures[0] if (architectures := found.get("Architectures")) else "x86_64",
        revision=found["RevisionId"],
        settling=found.get("LastUpdateStatus") == "InProgress" or found.get("State") == "Pending",
        configuration={key: values[key] for key in _CONFIGURATION if _filled(values.get(key))} | _snap_start(found),
        description=found.get("Description", ""),
        size=found.get("CodeSize", 0),
        modified=found.get("LastModified", ""),
        update=_said(found.get("LastUpdateStatus", ""), found.get("LastUpdateStatusReason", "")),
        state=_said(found.get("State", ""), found.get("StateReason", "")),
    )


def _snap_start(found: FunctionConfigurationTypeDef | FunctionConfigurationResponseTypeDef) -> dict[str, str]:
    """Return that versions start from a snapshot; nothing where they do not, which Lambda writes in two ways."""
    applied = found.get("SnapStart", {}).get("ApplyOn", "None")
    return {"SnapStart": applied} if applied != "None" else {}


def _said(status: str, reason: str) -> str:
    """Return a status with the reason that Lambda gives for it, where it gives one."""
    return f"{status}: {reason}" if reason else status


def _filled(value: object) -> bool:
    """Tell a value from its absence: Lambda writes what is not set as nothing, as "" or as lists of nothing."""
    if isinstance(value, dict):
        return any(_filled(each) for each in value.values())
    return value not in (None, "", [], False)
