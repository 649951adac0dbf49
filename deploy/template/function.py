"""A function with its log, its role, a first version and the alias that releases move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..settings import FromParameter, Function, FunctionResources, Settings
from .intrinsics import Inline, Intrinsic, attribute, ref, sub
from .names import stem

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACEHOLDER = "raise RuntimeError('no release yet')"

CONDITIONS = {"HasRoleBoundary": Intrinsic("Not", [Intrinsic("Equals", [ref("RoleBoundary"), ""])])}
TAGS = Inline([{"Key": "channelwright:stage", "Value": ref("Stage")}])

Resource = dict[str, object]


@dataclass(frozen=True)
class Named:
    """A function and the names of what is made for it."""

    function: Function
    settings: Settings

    def __call__(self, kind: str) -> str:
        return f"{stem(self.function.key)}{kind}"

    @property
    def name(self) -> str:
        """The function's name in AWS, in which the stage's suffix is filled in."""
        return f"{self.function.name}${{NameSuffix}}"

    @property
    def own(self) -> FunctionResources:
        return self.function.resources


def resources(named: Named) -> Iterator[tuple[str, Resource]]:
    """Yield what every function has, by its name in the template."""
    yield named("Logs"), _logs(named)
    yield named("Role"), _role(named)
    yield named("Function"), _function(named)
    version = {"FunctionName": ref(named("Function")), "Description": "no release yet"}
    yield named("Version"), {"Type": "AWS::Lambda::Version", "Properties": version}
    alias = {
        "Name": named.function.alias,
        "FunctionName": ref(named("Function")),
        "FunctionVersion": attribute(named("Version"), "Version"),
    }
    yield named("Alias"), {"Type": "AWS::Lambda::Alias", "Properties": alias}


def _logs(named: Named) -> Resource:
    properties = {
        "LogGroupName": sub(f"/aws/lambda/{named.name}"),
        "RetentionInDays": named.own.log_days,
        "Tags": TAGS,
    }
    return {"Type": "AWS::Logs::LogGroup", "Properties": properties}


def _role(named: Named) -> Resource:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": Inline({"Service": "lambda.amazonaws.com"})}
    policy = {"PolicyName": "function", "PolicyDocument": _document(list(_statements(named)))}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": _document([trust]),
            "PermissionsBoundary": Intrinsic("If", ["HasRoleBoundary", ref("RoleBoundary"), ref("AWS::NoValue")]),
            "Policies": [policy],
            "Tags": TAGS,
        },
    }


def _statements(named: Named) -> Iterator[dict[str, object]]:
    yield _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [attribute(named("Logs"), "Arn")])
    if named.own.queue:
        # What an event source mapping demands: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        needed = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        yield _allow(needed, [attribute(named("Queue"), "Arn")])
    for each in named.own.permissions:
        yield _allow(list(each.actions), [sub(name) if "${" in name else name for name in each.resources])


def _allow(actions: list[str], on: list[object]) -> dict[str, object]:
    return {"Effect": "Allow", "Action": Inline(actions), "Resource": Inline(on)}


def _document(statements: list[dict[str, object]]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": statements}


def _function(named: Named) -> Resource:
    own, settings = named.own, named.settings
    properties = {
        "FunctionName": sub(named.name),
        "Runtime": settings.runtime,
        "Architectures": Inline([settings.architectures[0]]),
        "Handler": named.function.handler,
        "Role": attribute(named("Role"), "Arn"),
        "MemorySize": own.memory,
        "Timeout": own.timeout,
        "EphemeralStorage": Inline({"Size": own.ephemeral_storage}),
        **({"SnapStart": Inline({"ApplyOn": "PublishedVersions"})} if own.snap_start else {}),
        "LoggingConfig": Inline({"LogGroup": ref(named("Logs"))}),
        **({"Environment": {"Variables": _variables(own)}} if own.environment else {}),
        "Code": Inline({"ZipFile": PLACEHOLDER}),
        "Tags": TAGS,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def _variables(own: FunctionResources) -> dict[str, str | Intrinsic]:
    return {
        name: ref(value.parameter) if isinstance(value, FromParameter) else value
        for name, value in own.environment.items()
    }
