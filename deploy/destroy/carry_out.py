"""Deletes what a plan names: the stack first, since what it made has the layer versions; each of these only if unused.

A run that was stopped is run again: what is gone is in no plan any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws import logs, parameters, stacks
from ..errors import PipelineError, RolloutError
from ..prune.removal import Removal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..errors import Fault
    from .plan import DestroyPlan, Remnant


def carry_out(plan: DestroyPlan, say: Callable[[str], None]) -> tuple[list[Remnant], list[Fault]]:
    """Delete all that is to go; return what went, and every reason why something did not.

    Raises AwsError where the stack could not be deleted: all else is left then.
    """
    gone: list[Remnant] = []
    faults: list[Fault] = []
    for each in plan.going:
        if each.kind == "resource":
            continue  # with the stack
        try:
            _remove(plan, each)
        except PipelineError as error:
            if each.kind == "stack":
                raise
            say(f"{each}  not deleted in {each.region}")
            faults += error.faults
        else:
            say(f"{each}  deleted in {each.region}")
            gone.append(each)
    return gone, faults


def _remove(plan: DestroyPlan, remnant: Remnant) -> None:
    aws = plan.place(remnant.region)
    if remnant.kind == "stack":
        stacks.delete(aws, remnant.name)
    elif remnant.kind == "parameter":
        parameters.delete(aws, remnant.name)
    elif remnant.kind == "layer version":
        removal = Removal(aws)
        removal.layer_versions([remnant.arn])
        if faults := [fault for each in removal.stays.values() for fault in each]:
            raise RolloutError(faults)
    elif remnant.kind == "log":
        logs.delete(aws, remnant.name)
