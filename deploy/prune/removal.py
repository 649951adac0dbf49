"""Deletes what a plan found to be of no use, each version only after one more look: AWS would delete what is in use.

Before that look a layer version is marked as going, so that no deploy takes it up unseen (`going`).

https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html: a function that has a deleted layer version goes on
running, but cannot be changed without dropping it. A failure stops nothing else, and a rerun finds what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws import aliases, functions, layers, parameters
from ..errors import AwsError, Fault, PipelineError, RolloutError
from ..published import usage
from ..share import going

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..aws.connection import Aws
    from .plan import JudgedVersion, PrunePlan


def carry_out(aws: Aws, plan: PrunePlan, say: Callable[[str], None]) -> tuple[list[JudgedVersion], list[Fault]]:
    """Delete all that is to go; return what went, and every reason why something did not."""
    gone: list[JudgedVersion] = []
    faults: list[Fault] = []
    for each in plan.going:
        try:
            remove(aws, each)
        except PipelineError as error:
            say(f"{each}  not deleted")
            faults += error.faults
        else:
            say(f"{each}  deleted")
            gone.append(each)
    for each in plan.freed:
        going.free(aws, each.name, each.version)
        say(f"{each}  is in use, and no longer marked to be deleted")
    return gone, faults


def remove(aws: Aws, version: JudgedVersion) -> None:
    """Delete a version of a function or a layer; raise RolloutError where something refers to it now."""
    if version.kind == "function":
        remove_function_version(aws, version.name, str(version.version))
    else:
        remove_layer_version(aws, version.name, version.version, version.arn, version.channels)


def remove_function_version(aws: Aws, name: str, version: str) -> None:
    """Delete a published version; raise RolloutError where an alias stands for it or sends it a share of traffic."""
    using = [f"alias {alias.name}" for alias in aliases.of(aws, name) if version in alias.versions]
    if using:
        raise RolloutError([_in_use(f"{name}:{version}", using)])
    try:
        functions.delete_version(aws, name, version)
    except AwsError:
        # The answer may have been lost on its way back.
        if functions.read(aws, name, version) is not None:
            raise


def remove_layer_version(aws: Aws, name: str, version: int, arn: str, channels: Sequence[str] = ()) -> None:
    """Delete a layer version; raise RolloutError where any version of any function in account and region has it.

    Neither is it deleted where one of these parameters names it: whoever follows that could not deploy any more.
    """
    going.mark(aws, name, version)
    using = [str(user) for user in usage.read(aws).of(arn)]
    using += [each.name for each in parameters.read(aws, channels).values() if each.value == arn]
    if using:
        going.free(aws, name, version)
        raise RolloutError([_in_use(f"{name}:{version}", using)])
    try:
        layers.delete(aws, name, version)
    except AwsError:
        if layers.read(aws, arn) is not None:
            raise


def _in_use(where: str, using: Sequence[str]) -> Fault:
    return Fault(
        where,
        f"is in use by {', '.join(using)}, and was not deleted",
        cause="it was taken up after the plan was made, or what had it could not be deleted",
        cure="run it again to see what is left",
    )
