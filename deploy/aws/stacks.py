"""CloudFormation's stacks: what one is, what it holds, waiting for it, and why it failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.waiter import WaiterModel, create_waiter_with_client

from ..errors import AwsError, Fault
from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackEventTypeDef, WaiterConfigTypeDef
    from mypy_boto3_cloudformation.waiter import (
        StackCreateCompleteWaiter,
        StackUpdateCompleteWaiter,
    )

    from .connection import Aws

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
POLL: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 1800}


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
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    """What it was last made with; None is a value that CloudFormation hides, or looks up anew each time."""
    tags: Mapping[str, str] = field(default_factory=dict)


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
    parameters = {each["ParameterKey"]: _value(each) for each in found.get("Parameters", ())}
    return StackState(
        name=stack,
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        outputs=tuple(outputs),
        parameters=parameters,
        tags={each["Key"]: each["Value"] for each in found.get("Tags", ())},
    )


def template(aws: Aws, stack: str) -> object:
    """Return the template that a stack was last made with: its text, or what it says where it is JSON.

    botocore itself reads one that is JSON: https://docs.aws.amazon.com/boto3/latest/reference/services/cloudformation/client/get_template.html
    """
    with asking("cloudformation:GetTemplate", stack):
        return aws.stacks.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]


_HIDDEN = "****"
"""What a parameter with NoEcho is shown as: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html."""


def _value(found: ParameterTypeDef) -> str | None:
    value = found.get("ParameterValue")
    return None if value == _HIDDEN or "ResolvedValue" in found else value


@dataclass(frozen=True)
class StackResource:
    """A resource of a stack: its name in the template, its type, and its name in AWS."""

    logical: str
    kind: str
    physical: str


def resources(aws: Aws, stack: str, kind: str) -> tuple[str, ...]:
    """List the physical ids of a stack's resources of one type; none where there is no stack, as for an empty name."""
    return tuple(each.physical for each in contents(aws, stack) if each.kind == kind)


def contents(aws: Aws, stack: str) -> tuple[StackResource, ...]:
    """List a stack's resources, those that were deleted left out; none where there is no stack."""
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
    return tuple(
        StackResource(each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", ""))
        for each in found
        if each["ResourceStatus"] != "DELETE_COMPLETE"
    )


def delete(aws: Aws, stack: str) -> None:
    """Delete a stack and wait; raise AwsError with what failed first where it could not be deleted."""
    with asking("cloudformation:DeleteStack", stack):
        aws.stacks.delete_stack(StackName=stack)
    try:
        with asking("cloudformation:DescribeStacks", stack):
            aws.stacks.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig=POLL)
    except AwsError as error:
        raise AwsError([*failures(aws, stack), *error.faults]) from error


_BEGINNINGS = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "DELETE_IN_PROGRESS"}


def wait(aws: Aws, stack: str, *, creates: bool) -> None:
    """Wait for the operation that runs on a stack; raise AwsError with what failed first in it."""
    waiter: StackCreateCompleteWaiter | StackUpdateCompleteWaiter = (
        aws.stacks.get_waiter("stack_create_complete") if creates else aws.stacks.get_waiter("stack_update_complete")
    )
    try:
        with asking("cloudformation:DescribeStacks", stack):
            waiter.wait(StackName=stack, WaiterConfig=POLL)
    except AwsError as error:
        raise AwsError([*failures(aws, stack), *error.faults]) from error


def settle(aws: Aws, stack: str) -> None:
    """Wait until nothing runs on a stack any more, however that ends, or it is gone."""
    with asking("cloudformation:DescribeStacks", stack):
        create_waiter_with_client("StackSettled", _SETTLED, aws.stacks).wait(StackName=stack)


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


def _starts(event: StackEventTypeDef) -> bool:
    """Whether this is the event with which an operation on the whole stack began."""
    whole = event["PhysicalResourceId"] == event["StackId"]
    return whole and event["ResourceStatus"] in _BEGINNINGS
