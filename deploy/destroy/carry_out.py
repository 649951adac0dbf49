"""Deletes what a plan names: the stack first, since what it made has the layer versions; each of these only if unused.

Those of a region are deleted together: whether anything has them is told by one list of all functions, however many
they are. A run that was stopped is run again: what is gone is in no plan any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws import logs, parameters, stacks
from ..errors import PipelineError
from ..prune.removal import Removal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..errors import Fault
    from .plan import DestroyPlan, Remnant


def carry_out(plan: DestroyPlan, say: Callable[[str], None]) -> tuple[list[Remnant], list[Fault]]:
    """Delete all that is to go; return what went, and every reason why something did not.

    Raises AwsError where the stack could not be deleted: all else is left then.
    """
    gone: list[Remnant] = []
    faults: list[Fault] = []

    def tell(each: Remnant, why: Sequence[Fault]) -> None:
        say(f"{each}  {'not deleted' if why else 'deleted'} in {each.region}")
        faults.extend(why)
        gone.extend(() if why else (each,))

    for each in plan.going:
        if each.kind not in {"resource", "layer version"}:  # a resource goes with the stack
            tell(each, _remove(plan, each))
    for aws in plan.places:
        of_layers = [each for each in plan.going if each.kind == "layer version" and each.region == aws.region]
        removal = Removal(aws)
        removal.layer_versions([each.arn for each in of_layers], _parameters(plan, aws.region))
        for each in of_layers:
            tell(each, removal.stays.get(each.name, ()))
    return gone, faults


def _parameters(plan: DestroyPlan, region: str) -> frozenset[str]:
    """Name the parameters of a region: one that could not be deleted keeps the version that it leads to."""
    return frozenset(each.name for each in plan.remnants if each.kind == "parameter" and each.region == region)


def _remove(plan: DestroyPlan, remnant: Remnant) -> Sequence[Fault]:
    """Delete one thing; return why it could not be."""
    aws = plan.place(remnant.region)
    try:
        if remnant.kind == "stack":
            stacks.delete(aws, remnant.name)
        elif remnant.kind == "parameter":
            parameters.delete(aws, remnant.name)
        elif remnant.kind == "log":
            logs.delete(aws, remnant.name)
    except PipelineError as error:
        if remnant.kind == "stack":
            raise
        return error.faults
    return ()
