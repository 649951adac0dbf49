"""CloudFormation's stack of the stage, and what the template wants from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws import stacks
from ..errors import ConfigError
from ..invocation import advised
from ..release import stack
from .findings import broken, of_faults, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..aws.connection import Aws
    from ..aws.stacks import StackState
    from ..settings import Settings, Stage
    from .findings import Finding

_NOT_MADE = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}


def parameters(settings: Settings, stage: Stage, environment: Mapping[str, str]) -> Iterator[Finding]:
    """See whether every value is at hand that the stack takes from the environment."""
    try:
        found = stack.parameters(stage, environment) if settings.has_stack else {}
    except ConfigError as error:
        yield from of_faults(error, "broken")
        return
    if found:
        yield ok(f"the stack's parameters have values: {', '.join(found)}")


def there(stage: Stage, state: StackState | None) -> Iterator[Finding]:
    if state is None or state.status in _NOT_MADE:
        cure = f"{advised('deploy', '--stage', stage.name)} makes it"
        yield broken(f"there is no stack {stage.stack}", "the stage was never deployed here", cure)


def status(aws: Aws, state: StackState) -> Iterator[Finding]:
    """Look at the stack's status: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html."""
    if fault := stack.immovable(state):
        first = [f"{each.where}: {each.what}" for each in stacks.failures(aws, state.name)][:1]
        yield broken(f"{fault.where} {fault.what}", first[0] if first else fault.cause, fault.cure)
    elif state.status.endswith("_IN_PROGRESS"):
        cause = "a deploy runs, or one was killed while CloudFormation works on"
        yield warning(f"stack {state.name} is {state.status}", cause, "wait for it; a deploy does so too")
    elif "ROLLBACK" in state.status:
        first = [f"{each.where}: {each.what}" for each in stacks.failures(aws, state.name)][:1]
        cause = first[0] if first else state.reason
        cure = "correct the template or its parameters; the next deploy tries again"
        yield warning(f"stack {state.name}: the last update failed and was undone", cause, cure)
    else:
        yield ok(f"stack {state.name} is {state.status}")
