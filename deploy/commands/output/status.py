from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...aws.change_sets import StackChange  # noqa: TC001 - a document's annotations are read
from ...errors import Fault  # noqa: TC001 - as above
from .layer_version import ListedLayerVersion, layer_version
from .status_function import StatusFunction, function_status

if TYPE_CHECKING:
    from ...aws.queues import QueueState
    from ...status.values import QueueStatus, StackStatus, StageState


@dataclass(frozen=True, kw_only=True)
class StatusMessages:
    """A queue, and how many messages wait, are being worked on, and are held back for a while."""

    name: str
    arn: str
    waiting: int
    in_flight: int
    delayed: int


@dataclass(frozen=True, kw_only=True)
class StatusQueue:
    """What a function is given its events from, with its queue and that of what failed; null where there is none."""

    arn: str
    function: str
    qualifier: str
    state: str
    result: str
    queue: StatusMessages | None
    dead_letters: StatusMessages | None


@dataclass(frozen=True, kw_only=True)
class StatusStack:
    """The stack by CloudFormation's words; `changes` are what a deploy would change, null where that was not asked."""

    name: str
    status: str
    reason: str
    changes: tuple[StackChange, ...] | None


@dataclass(frozen=True, kw_only=True)
class StatusOutput:
    """A stage. `missing` are functions that are not there; `layers` the versions of a project that has layers alone.

    `stack` is null where the project has no template. `drift` is what is not as it was released, `remarks` what
    else a person should know.
    """

    stage: str
    account: str
    region: str
    date: str
    stack: StatusStack | None
    functions: tuple[StatusFunction, ...]
    missing: tuple[str, ...]
    queues: tuple[StatusQueue, ...]
    layers: tuple[ListedLayerVersion, ...]
    drift: tuple[Fault, ...]
    remarks: tuple[Fault, ...]


DOCUMENT = StatusOutput


def output(state: StageState, drift: tuple[Fault, ...], remarks: tuple[Fault, ...]) -> StatusOutput:
    return StatusOutput(
        stage=state.stage,
        account=state.account,
        region=state.region,
        date=state.today.isoformat(),
        stack=_stack(state.stack) if state.stack else None,
        functions=tuple(function_status(each, state.today) for each in state.functions),
        missing=state.missing,
        queues=tuple(_queue(each) for each in state.queues),
        layers=tuple(layer_version(each) for each in state.published),
        drift=drift,
        remarks=remarks,
    )


def _stack(stack: StackStatus) -> StatusStack:
    return StatusStack(name=stack.name, status=stack.status, reason=stack.reason, changes=stack.changes)


def _queue(queue: QueueStatus) -> StatusQueue:
    return StatusQueue(
        arn=queue.source.arn,
        function=queue.source.function,
        qualifier=queue.source.qualifier,
        state=queue.source.state,
        result=queue.source.result,
        queue=_messages(queue.queue),
        dead_letters=_messages(queue.dead),
    )


def _messages(queue: QueueState | None) -> StatusMessages | None:
    if queue is None:
        return None
    return StatusMessages(
        name=queue.name, arn=queue.arn, waiting=queue.waiting, in_flight=queue.in_flight, delayed=queue.delayed
    )
