"""Change sets: what a template would change of a stack, made, read, discarded or carried out.

A change set is named beside its stack and never by its ARN: so AWS judges every call of it by the stack, and who may
change one stage's stack cannot carry out a change set of another's.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import WaiterError

from ..errors import AwsError, Fault
from . import stacks
from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation.literals import CapabilityType, ChangeSetTypeType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef
    from mypy_boto3_cloudformation.waiter import ChangeSetCreateCompleteWaiter

    from .connection import Aws

_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class Template:
    """A template, and what CloudFormation reads in it: its parameters, those without a default, its rights.

    `source` is how a call is given it: its text, or where it lies.
    """

    source: Mapping[str, str]
    parameters: frozenset[str]
    required: frozenset[str]
    capabilities: tuple[CapabilityType, ...]


@dataclass(frozen=True)
class WantedStack:
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
    name: str
    before: str | None
    changes: tuple[StackChange, ...]

    @property
    def creates(self) -> bool:
        """Whether it makes the stack. One in review holds nothing: it was left by a first change set."""
        return self.before in {None, "REVIEW_IN_PROGRESS"}


def summarise(aws: Aws, stack: str, source: Mapping[str, str]) -> Template:
    """Ask CloudFormation what the template declares; raise AwsError where it is not one."""
    with asking("cloudformation:GetTemplateSummary", stack):
        found = aws.stacks.get_template_summary(**source)  # type: ignore[arg-type] # one of its two names
    parameters = found.get("Parameters", [])
    return Template(
        source,
        frozenset(each["ParameterKey"] for each in parameters),
        frozenset(each["ParameterKey"] for each in parameters if "DefaultValue" not in each),
        tuple(found.get("Capabilities", ())),
    )


def propose(aws: Aws, wanted: WantedStack) -> ChangeSet | None:
    """Make a change set; None, and nothing left of it, where it would change nothing."""
    proposed = ChangeSet(wanted.stack, f"channelwright-{secrets.token_hex(6)}", wanted.status, ())
    _create(aws, wanted, proposed)
    if reason := _refusal(aws, proposed):
        _delete_change_set(aws, proposed)
        if any(words in reason for words in _NO_CHANGES):
            return None
        raise AwsError([Fault(f"cloudformation:CreateChangeSet {wanted.stack}", reason, cure="correct the template")])
    return replace(proposed, changes=_changes(aws, proposed))


def _create(aws: Aws, wanted: WantedStack, proposed: ChangeSet) -> None:
    """Have the change set made. One that has its random name already is ours: the answer to the first call was lost."""
    kind: ChangeSetTypeType = "CREATE" if proposed.creates else "UPDATE"
    with asking("cloudformation:CreateChangeSet", wanted.stack):
        try:
            aws.stacks.create_change_set(
                StackName=wanted.stack,
                ChangeSetName=proposed.name,
                ClientToken=proposed.name,
                ChangeSetType=kind,
                **wanted.template.source,  # type: ignore[arg-type] # one of its two names
                Parameters=_parameters(wanted),
                Capabilities=list(wanted.template.capabilities),
                Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
            )
        except aws.stacks.exceptions.AlreadyExistsException:
            return


def discard(aws: Aws, proposed: ChangeSet) -> None:
    """Remove a change set, and the empty stack that came into being with it."""
    _delete_change_set(aws, proposed)
    if proposed.before is None:
        with asking("cloudformation:DeleteStack", proposed.stack):
            aws.stacks.delete_stack(StackName=proposed.stack)


def execute(aws: Aws, proposed: ChangeSet) -> None:
    """Run a change set and wait; raise AwsError with what failed first when the stack rolled back."""
    with asking("cloudformation:ExecuteChangeSet", proposed.stack):
        try:
            aws.stacks.execute_change_set(
                StackName=proposed.stack, ChangeSetName=proposed.name, ClientRequestToken=proposed.name
            )
        except aws.stacks.exceptions.InvalidChangeSetStatusException:
            # The answer to the first call was lost, if it runs or has run: its name is random, and ours alone.
            if _execution(aws, proposed) not in {"EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"}:
                raise
    stacks.wait(aws, proposed.stack, creates=proposed.creates)


def _execution(aws: Aws, proposed: ChangeSet) -> str:
    with asking("cloudformation:DescribeChangeSet", proposed.stack):
        found = aws.stacks.describe_change_set(StackName=proposed.stack, ChangeSetName=proposed.name)
    return found["ExecutionStatus"]


def _parameters(wanted: WantedStack) -> list[ParameterTypeDef]:
    given: list[ParameterTypeDef] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in wanted.parameters.items()
    ]
    return given + [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(wanted.kept)]


def _refusal(aws: Aws, proposed: ChangeSet) -> str:
    """Wait for a change set; return why CloudFormation did not make it, or nothing."""
    waiter: ChangeSetCreateCompleteWaiter = aws.stacks.get_waiter("change_set_create_complete")
    with asking("cloudformation:DescribeChangeSet", proposed.stack):
        try:
            waiter.wait(StackName=proposed.stack, ChangeSetName=proposed.name, WaiterConfig=stacks.POLL)
        except WaiterError as error:
            if error.last_response.get("Status") != "FAILED":
                raise
            return str(error.last_response.get("StatusReason", "no reason given"))
    return ""


def _delete_change_set(aws: Aws, proposed: ChangeSet) -> None:
    with asking("cloudformation:DeleteChangeSet", proposed.stack):
        try:
            aws.stacks.delete_change_set(StackName=proposed.stack, ChangeSetName=proposed.name)
        except aws.stacks.exceptions.ChangeSetNotFoundException:
            return


def _changes(aws: Aws, proposed: ChangeSet) -> tuple[StackChange, ...]:
    pages = aws.stacks.get_paginator("describe_change_set").paginate(
        StackName=proposed.stack, ChangeSetName=proposed.name
    )
    with asking("cloudformation:DescribeChangeSet", proposed.stack):
        found = [each["ResourceChange"] for page in pages for each in page.get("Changes", ())]
    staying = {each["LogicalResourceId"] for each in found if _stays(each)}
    return tuple(_change(each, staying) for each in found)


def _stays(found: Any) -> bool:
    return bool(found["Action"] == "Modify" and found.get("Replacement", "False") == "False")


def _replacement(found: Any, staying: set[str]) -> str:
    """Return "True", "False" or "Conditional": whether a new resource takes this one's place.

    CloudFormation says Conditional also where all depends on the name or the ARN of another resource that changes;
    one that is not replaced itself keeps both.
    """
    said: str = found.get("Replacement", "False")
    details = [each for each in found.get("Details", ()) if each["Target"].get("RequiresRecreation") != "Never"]
    if said == "Conditional" and details and all(_depends_on(each, staying) for each in details):
        return "False"
    return said


def _depends_on(detail: Any, staying: set[str]) -> bool:
    resource, _, attribute = detail.get("CausingEntity", "").partition(".")
    by_name = detail.get("ChangeSource") == "ResourceReference" or attribute == "Arn"
    return detail.get("Evaluation") == "Dynamic" and by_name and resource in staying


def _change(found: Any, staying: set[str]) -> StackChange:
    targets = [detail["Target"] for detail in found.get("Details", ())]
    names = (target.get("Name") or target.get("Attribute", "") for target in targets)
    return StackChange(
        found["Action"],
        found["LogicalResourceId"],
        found["ResourceType"],
        _replacement(found, staying),
        tuple(dict.fromkeys(names)),
    )
