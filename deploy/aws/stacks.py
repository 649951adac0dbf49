"""CloudFormation: a template's needs, change sets, stacks, and why one failed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import WaiterError
from botocore.waiter import WaiterModel, create_waiter_with_client

from ..errors import AwsError, Fault
from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_cloudformation.literals import CapabilityType, ChangeSetTypeType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, WaiterConfigTypeDef
    from mypy_boto3_cloudformation.waiter import (
        ChangeSetCreateCompleteWaiter,
        StackCreateCompleteWaiter,
        StackUpdateCompleteWaiter,
    )

    from .connection import Aws

TEMPLATE = 51_200
"""Bytes of the largest template that a call takes."""

_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
# botocore's waiters know how an operation of ours should end; one of somebody else's may end in any way.
_SETTLED = WaiterModel(
    {
        "version": 2,
        "waiters": {
            "StackSettled": {
                "operation": "DescribeStacks",
                "delay": 2,
                "maxAttempts": 1800,
                "acceptors": [
                    {
                        "matcher": "path",
                        "argument": "contains(Stacks[0].StackStatus, 'IN_PROGRESS')",
                        "expected": False,
                        "state": "success",
                    },
                    {"matcher": "error", "expected": "ValidationError", "state": "success"},
                ],
            }
        },
    }
)
_POLL: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 1800}


@dataclass(frozen=True)
class Template:
    """A template's text, and what CloudFormation reads in it: its parameters, those without a default, its rights."""

    body: str
    parameters: frozenset[str]
    required: frozenset[str]
    capabilities: tuple[CapabilityType, ...]


@dataclass(frozen=True)
class Wanted:
    """A stack as it is to be; `status` is what it is now, None where there is none yet.

    `kept` are parameters that keep the value that the stack has.
    """

    stack: str
    status: str | None
    template: Template
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StackChange:
    """What would happen to one resource. `properties` are those that would change; empty for Add and Remove."""

    action: str
    resource: str
    kind: str
    replacement: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class ChangeSet:
    """A change set that waits to be executed; `before` is the stack's status before it was made."""

    stack: str
    arn: str
    before: str | None
    changes: tuple[StackChange, ...]

    @property
    def creates(self) -> bool:
        """Whether it makes the stack. One in review holds nothing: it was left by a first change set."""
        return self.before in {None, "REVIEW_IN_PROGRESS"}


@dataclass(frozen=True)
class StackOutput:
    key: str
    value: str
    description: str


@dataclass(frozen=True)
class StackState:
    name: str
    status: str
    reason: str
    outputs: tuple[StackOutput, ...]


def summarise(aws: Aws, stack: str, body: str) -> Template:
    """Ask CloudFormation what the template declares; raise AwsError where it is not one."""
    with asking("cloudformation:GetTemplateSummary", stack):
        found = aws.stacks.get_template_summary(TemplateBody=body)
    parameters = found.get("Parameters", [])
    return Template(
        body,
        frozenset(each["ParameterKey"] for each in parameters),
        frozenset(each["ParameterKey"] for each in parameters if "DefaultValue" not in each),
        tuple(found.get("Capabilities", ())),
    )


def read(aws: Aws, stack: str) -> StackState | None:
    """Read a stack's status and outputs; None where there is none, as for an empty name.

    An absent stack is the one error that DescribeStacks has no code of its own for.
    """
    if not stack:
        return None
    with asking("cloudformation:DescribeStacks", stack):
        try:
            found = aws.stacks.describe_stacks(StackName=stack)["Stacks"][0]
        except aws.stacks.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
                return None
            raise
    outputs = (
        StackOutput(each["OutputKey"], each["OutputValue"], each.get("Description", ""))
        for each in found.get("Outputs", ())
    )
    return StackState(stack, found["StackStatus"], found.get("StackStatusReason", ""), tuple(outputs))


def resources(aws: Aws, stack: str, kind: str) -> tuple[str, ...]:
    """List the physical ids of a stack's resources of one type; none where there is no stack, as for an empty name."""
    if not stack:
        return ()
    pages = aws.stacks.get_paginator("list_stack_resources").paginate(StackName=stack)
    with asking("cloudformation:ListStackResources", stack):
        try:
            found = [each for page in pages for each in page["StackResourceSummaries"]]
        except aws.stacks.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
                return ()
            raise
    return tuple(each.get("PhysicalResourceId", "") for each in found if each["ResourceType"] == kind)


def propose(aws: Aws, wanted: Wanted) -> ChangeSet | None:
    """Make a change set; None, and nothing left of it, where it would change nothing."""
    kind: ChangeSetTypeType = "CREATE" if wanted.status in {None, "REVIEW_IN_PROGRESS"} else "UPDATE"
    with asking("cloudformation:CreateChangeSet", wanted.stack):
        arn = aws.stacks.create_change_set(
            StackName=wanted.stack,
            ChangeSetName=f"channelwright-{secrets.token_hex(6)}",
            ChangeSetType=kind,
            TemplateBody=wanted.template.body,
            Parameters=_parameters(wanted),
            Capabilities=list(wanted.template.capabilities),
            Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
        )["Id"]
    proposed = ChangeSet(wanted.stack, arn, wanted.status, ())
    if reason := _refusal(aws, proposed):
        _delete_change_set(aws, proposed)
        if any(words in reason for words in _NO_CHANGES):
            return None
        raise AwsError([Fault(f"cloudformation:CreateChangeSet {wanted.stack}", reason, cure="correct the template")])
    return replace(proposed, changes=_changes(aws, proposed))


def discard(aws: Aws, proposed: ChangeSet) -> None:
    """Remove a change set, and the empty stack that came into being with it."""
    _delete_change_set(aws, proposed)
    if proposed.before is None:
        with asking("cloudformation:DeleteStack", proposed.stack):
            aws.stacks.delete_stack(StackName=proposed.stack)


def execute(aws: Aws, proposed: ChangeSet) -> None:
    """Run a change set and wait; raise AwsError with what failed first when the stack rolled back."""
    with asking("cloudformation:ExecuteChangeSet", proposed.stack):
        aws.stacks.execute_change_set(ChangeSetName=proposed.arn)
    wait(aws, proposed.stack, creates=proposed.creates)


def wait(aws: Aws, stack: str, *, creates: bool) -> None:
    """Wait for the operation that runs on a stack; raise AwsError with what failed first in it."""
    waiter: StackCreateCompleteWaiter | StackUpdateCompleteWaiter = (
        aws.stacks.get_waiter("stack_create_complete") if creates else aws.stacks.get_waiter("stack_update_complete")
    )
    try:
        with asking("cloudformation:DescribeStacks", stack):
            waiter.wait(StackName=stack, WaiterConfig=_POLL)
    except AwsError as error:
        raise AwsError([*failures(aws, stack), *error.faults]) from error


def settle(aws: Aws, stack: str) -> None:
    """Wait until nothing runs on a stack any more, however that ends, or it is gone."""
    with asking("cloudformation:DescribeStacks", stack):
        create_waiter_with_client("StackSettled", _SETTLED, aws.stacks).wait(StackName=stack)


def _parameters(wanted: Wanted) -> list[ParameterTypeDef]:
    given: list[ParameterTypeDef] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in wanted.parameters.items()
    ]
    return given + [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(wanted.kept)]


def _refusal(aws: Aws, proposed: ChangeSet) -> str:
    """Wait for a change set; return why CloudFormation did not make it, or nothing."""
    waiter: ChangeSetCreateCompleteWaiter = aws.stacks.get_waiter("change_set_create_complete")
    with asking("cloudformation:DescribeChangeSet", proposed.stack):
        try:
            waiter.wait(ChangeSetName=proposed.arn, WaiterConfig=_POLL)
        except WaiterError as error:
            if error.last_response.get("Status") != "FAILED":
                raise
            return str(error.last_response.get("StatusReason", "no reason given"))
    return ""


def _delete_change_set(aws: Aws, proposed: ChangeSet) -> None:
    with asking("cloudformation:DeleteChangeSet", proposed.stack):
        aws.stacks.delete_change_set(ChangeSetName=proposed.arn)


def _changes(aws: Aws, proposed: ChangeSet) -> tuple[StackChange, ...]:
    pages = aws.stacks.get_paginator("describe_change_set").paginate(ChangeSetName=proposed.arn)
    with asking("cloudformation:DescribeChangeSet", proposed.stack):
        return tuple(_change(each["ResourceChange"]) for page in pages for each in page.get("Changes", ()))


def _change(found: Any) -> StackChange:
    targets = [detail["Target"] for detail in found.get("Details", ())]
    names = (target.get("Name") or target.get("Attribute", "") for target in targets)
    return StackChange(
        found["Action"],
        found["LogicalResourceId"],
        found["ResourceType"],
        found.get("Replacement", "False"),
        tuple(dict.fromkeys(names)),
    )


def failures(aws: Aws, stack: str) -> Sequence[Fault]:
    """Find what failed in the last operation on a stack, first failure first."""
    pages = aws.stacks.get_paginator("describe_stack_events").paginate(StackName=stack)
    failed: list[Fault] = []
    with asking("cloudformation:DescribeStackEvents", stack):
        for event in (each for page in pages for each in page["StackEvents"]):
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
                failed.append(Fault(f"{event['LogicalResourceId']} ({event['ResourceType']})", reason))
            if _starts(event):
                break
    return failed[::-1]


def _starts(event: Any) -> bool:
    """Whether this is the event with which an operation on the whole stack began."""
    whole = event["PhysicalResourceId"] == event["StackId"]
    return whole and event["ResourceStatus"] in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "REVIEW_IN_PROGRESS"}
