"""The infrastructure: the project's template as a CloudFormation stack, changed through a change set that is shown.

The template makes the functions, their first versions and their aliases. From then on a function's code and layers,
its versions and all of an alias are the rollout's; a change set that would touch them is refused. Whatever it changes
of an alias, CloudFormation sets the version that the template knows with it: traffic would meet the placeholder.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..aws import change_sets, stacks, uploads
from ..aws.change_sets import ChangeSet, Template, WantedStack
from ..errors import AwsError, ConfigError, Fault
from ..settings import FromEnvironment
from .stage_stack import STAGE_TAG, StageStack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..aws.change_sets import StackChange
    from ..aws.connection import Aws
    from ..aws.stacks import StackOutput, StackState
    from ..settings import Stage
    from ..template.source import ProjectTemplate

_FUNCTION = "AWS::Lambda::Function"
_ALIAS = "AWS::Lambda::Alias"
_OF_A_FUNCTION = {"Code", "Layers"}
"""What the rollout owns of a function once it exists; of its versions and aliases it owns all."""

_NOTHING_DONE = {"Metadata", "DeletionPolicy", "UpdateReplacePolicy"}
"""Attributes that CloudFormation alone reads."""

_NEVER_MADE = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}


def parameters(stage: Stage, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the stage's parameters with values; raise ConfigError with every variable that is not set.

    What is optional and not set is left out.
    """
    faults: list[Fault] = []
    values: dict[str, str] = {}
    for key, value in stage.parameters.items():
        if not isinstance(value, FromEnvironment):
            values[key] = value
        elif value.variable in environment:
            values[key] = environment[value.variable]
        elif not value.optional:
            where = f"stages.{stage.name}.parameters.{key}"
            faults.append(
                Fault(where, f"{value.variable} is not set in the environment", cure=f"export {value.variable}=…")
            )
    if faults:
        raise ConfigError(faults)
    return values


def propose(
    aws: Aws, stage: Stage, template: ProjectTemplate, values: Mapping[str, str], there: StageStack | None = None
) -> ChangeSet | None:
    """Make a change set from the template; None where the stack is as the template says.

    `there` is the stack, where it was read already. Raises ConfigError where parameters do not fit the template,
    AwsError where the stack cannot be changed, or the change set would touch what the rollout owns.
    """
    ready = _ready(there or StageStack.read(aws, stage))
    if ready.is_as(template, values):
        return None
    proposed = change_sets.propose(aws, _wanted(aws, stage, template, values, ready.state))
    if proposed and (faults := list(trespasses(proposed))):
        change_sets.discard(aws, proposed)
        raise AwsError(faults)
    return proposed


def _wanted(
    aws: Aws, stage: Stage, template: ProjectTemplate, values: Mapping[str, str], state: StackState | None
) -> WantedStack:
    """Say how the stack is to be. A parameter of the stage without a value keeps the one that the stack has."""
    declared = change_sets.summarise(aws, stage.stack, uploads.template(aws, stage, template.where, template.body))
    there = state.parameters.keys() if state else set[str]()
    kept = frozenset(stage.parameters.keys() - values.keys()) & declared.parameters & there
    return WantedStack(
        stack=stage.stack,
        status=state.status if state else None,
        template=declared,
        parameters=_fitting(stage, replace(declared, required=declared.required - kept), values),
        tags={STAGE_TAG: stage.name},
        kept=kept,
    )


def pending(there: StageStack, template: ProjectTemplate, environment: Mapping[str, str]) -> tuple[StackChange, ...]:
    """Say what a deploy would change of a stack that is there, by a change set that is made, read and discarded.

    A parameter whose variable is not set keeps the value that the stack has, so that who looks needs no secrets.
    """
    aws, stage = there.aws, there.stage
    given = {key: value for key, value in stage.parameters.items() if not _is_unset(value, environment)}
    values = parameters(replace(stage, parameters=given), environment)
    if there.is_as(template, values):
        return ()
    proposed = change_sets.propose(aws, _wanted(aws, stage, template, values, there.state))
    if proposed is None:
        return ()
    change_sets.discard(aws, proposed)
    return proposed.changes


def _is_unset(value: str | FromEnvironment, environment: Mapping[str, str]) -> bool:
    return isinstance(value, FromEnvironment) and value.variable not in environment


def outputs(aws: Aws, stage: Stage) -> tuple[StackOutput, ...]:
    """Return the stack's outputs; none where there is no stack."""
    state = stacks.read(aws, stage.stack)
    return state.outputs if state else ()


def makes_functions(proposed: ChangeSet) -> bool:
    """Whether there are functions or aliases that a rollout can be planned for only once they are made."""
    return any(change.action == "Add" and change.kind in {_FUNCTION, _ALIAS} for change in proposed.changes)


def lines(proposed: ChangeSet | None, stage: Stage) -> Iterator[str]:
    """Yield a change set as people read it."""
    if proposed is None:
        yield f"stack {stage.stack}: no changes"
        return
    yield f"stack {proposed.stack}: {'will be made' if proposed.creates else 'will be changed'}"
    width = max(len(change.resource) for change in proposed.changes)
    for change in proposed.changes:
        details = f"  {', '.join(change.properties)}" if change.properties else ""
        yield f"  {change.action.lower():<8}{change.resource:<{width}}  {change.kind}{_replacement(change)}{details}"


def destroys(proposed: ChangeSet) -> tuple[str, ...]:
    """Name the resources that would be removed, or replaced by new ones; say of which that is not certain."""
    removed = [change.resource for change in proposed.changes if change.action == "Remove"]
    replaced = [change.resource for change in proposed.changes if change.replacement == "True"]
    perhaps = [f"{change.resource} perhaps" for change in proposed.changes if change.replacement == "Conditional"]
    return (*removed, *replaced, *perhaps)


def _replacement(change: StackChange) -> str:
    return {"True": "  REPLACED", "Conditional": "  may be replaced"}.get(change.replacement, "")


def _ready(there: StageStack) -> StageStack:
    """Return the stack once what runs on it has ended; raise AwsError where nothing can be changed."""
    state = there.state
    if state and state.status.endswith("_IN_PROGRESS") and state.status != "REVIEW_IN_PROGRESS":
        stacks.settle(there.aws, there.stage.stack)
        there = StageStack.read(there.aws, there.stage)
    if there.state and (fault := immovable(there.state)):
        raise AwsError([fault])
    return there


def immovable(state: StackState) -> Fault | None:
    """Say why a stack cannot be changed as it is; None where it can be, or once what runs on it has ended."""
    if state.status in _NEVER_MADE:
        return _never_made(state)
    if state.status == "UPDATE_ROLLBACK_FAILED":
        cure = f"remove the cause, then: aws cloudformation continue-update-rollback --stack-name {state.name}"
        return Fault(f"stack {state.name}", "an update failed, and so did undoing it", state.reason, cure)
    return None


def _never_made(state: StackState) -> Fault:
    return Fault(
        f"stack {state.name}",
        f"is {state.status}: it was never made, or not wholly removed, and cannot be changed",
        cause=state.reason,
        cure=f"see why, then delete it: aws cloudformation delete-stack --stack-name {state.name}",
    )


def _fitting(stage: Stage, declared: Template, values: Mapping[str, str]) -> dict[str, str]:
    """Add what the pipeline gives by itself; raise ConfigError with every parameter too many or too few."""
    given = {
        key: value for key, value in (("NameSuffix", stage.suffix), ("Stage", stage.name)) if key in declared.parameters
    }
    whole = given | dict(values)
    where = f"stages.{stage.name}.parameters"
    faults = [
        Fault(f"{where}.{key}", "the template has no such parameter")
        for key in sorted(whole.keys() - declared.parameters)
    ]
    faults += [
        Fault(f"{where}.{key}", "is required by the template and missing", cure="give it text or {env: NAME}")
        for key in sorted(declared.required - whole.keys())
    ]
    if faults:
        raise ConfigError(faults)
    return whole


def trespasses(proposed: ChangeSet) -> Iterator[Fault]:
    """Yield what a change set would do to what the rollout owns."""
    for change in proposed.changes:
        where = f"stack {proposed.stack}: {change.resource}"
        if touched := " and ".join(sorted(_owned(change))):
            yield Fault(
                where,
                f"the template would change {touched}, which the rollout owns",
                "it differs from what the stack was last made with, or is given through !GetAtt of what changes",
                _WAYS.get(change.kind, _PUT_BACK),
            )


_PUT_BACK = "put it back to what the template said when the stack was made; releases change code and layers"
_WAYS = {
    _ALIAS: "put it back to what the template said when the stack was made, since with any change of an alias "
    "CloudFormation sends its traffic to the template's first version; what the alias is to have besides, such as "
    "provisioned concurrency, give it by `aws lambda put-provisioned-concurrency-config`",
}


def _owned(change: StackChange) -> set[str]:
    """Return what a change would do to that is the rollout's; nothing where its function itself is another then."""
    touched = set(change.properties) - _NOTHING_DONE
    if change.action != "Modify":
        return set()
    if change.kind == _FUNCTION:
        return touched & _OF_A_FUNCTION if change.replacement != "True" else set()
    if change.kind == _ALIAS:
        return touched if change.replacement != "True" and touched != {"FunctionName"} else set()
    if change.kind == "AWS::Lambda::Version":
        return touched if "FunctionName" not in touched else set()
    return set()
