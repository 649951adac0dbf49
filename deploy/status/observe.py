"""Asks AWS how a stage stands: its functions with what traffic meets, their layers, their queues, the stack.

The zips of what is live are downloaded, once for good, since nothing but the zip tells its size unzipped and what is
in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..aws import queues
from ..published import functions
from ..release import existing, stack
from ..release.stage_stack import StageStack
from . import published
from .functions import Functions
from .layers import Layers
from .values import QueueStatus, StackStatus, StageState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ..aws.connection import Aws
    from ..aws.queues import EventSource
    from ..published.downloads import Downloads
    from ..settings import Settings, Stage


def observe(
    downloads: Downloads, settings: Settings, stage: Stage, environment: Mapping[str, str] | None
) -> StageState:
    """Look at everything of a stage.

    `environment` has the values of the template's parameters; with None the template is not compared with the stack,
    which takes a change set that is made and discarded.
    """
    aws = downloads.aws
    deployed = functions.observe(aws, settings, stage)
    looks = Functions(downloads, Layers(downloads))
    return StageState(
        stage=stage.name,
        account=aws.account,
        region=aws.region,
        today=datetime.now(UTC).date(),
        stack=_stack(aws, settings, stage, environment),
        functions=tuple(looks.status(each.function, each.found, each.live) for each in deployed if each.found),
        missing=tuple(each.name for each in deployed if each.found is None),
        queues=tuple(_queues(aws, {each.name for each in deployed})) if deployed else (),
        published=() if settings.functions else published.read(aws, settings, stage),
    )


def _stack(aws: Aws, settings: Settings, stage: Stage, environment: Mapping[str, str] | None) -> StackStatus | None:
    whole = StageStack.read(aws, stage)
    template = existing.template(settings, whole, existing.keys(aws, settings, stage, whole))
    if template is None:
        return None
    there = whole.state
    if there is None or there.status == "REVIEW_IN_PROGRESS":
        return StackStatus(name=stage.stack, status="", reason="", changes=None)
    changes = None
    if environment is not None and not there.status.endswith("_IN_PROGRESS") and stack.immovable(there) is None:
        changes = stack.pending(whole, template, environment)
    return StackStatus(name=stage.stack, status=there.status, reason=there.reason, changes=changes)


def _queues(aws: Aws, wanted: Collection[str]) -> Iterator[QueueStatus]:
    for source in queues.sources(aws):
        if source.function in wanted:
            yield _queue(aws, source)


def _queue(aws: Aws, source: EventSource) -> QueueStatus:
    """Read a source's queue, and the one for what failed: the queue's own, or for other sources the mapping's."""
    queue = queues.read(aws, source.arn) if source.is_queue else None
    dead = (queue.dead_letters if queue else "") or source.failed
    return QueueStatus(source=source, queue=queue, dead=queues.read(aws, dead) if queues.is_queue(dead) else None)
