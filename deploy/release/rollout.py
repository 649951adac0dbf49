"""Carries out a plan: new versions first, each proven; then the aliases, all or none.

Until the last step traffic meets nothing of it. Every step looks before it acts, so a rerun after a failure or a
kill does what is left.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..aws import aliases, functions, uploads, versions
from ..errors import AwsError, Fault, PipelineError, RolloutError
from ..layer.values import code_sha256
from ..published.descriptions import AliasNote, VersionNote
from ..share import going
from . import health
from .aliases import AliasMove, move_all
from .values import LiveFunction, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..aws.aliases import AliasState
    from ..aws.connection import Aws
    from ..aws.functions import FunctionState
    from ..git import Commit
    from ..settings import Stage
    from .function_plan import FunctionPlan
    from .plan import RolloutPlan


def roll_out(aws: Aws, stage: Stage, plan: RolloutPlan, commit: Commit, say: Callable[[str], None]) -> Release:
    """Make a plan true whose layers are all published; raise RolloutError or AwsError, and no alias has moved then.

    New versions are made and asked side by side, as functions do not depend on each other until the aliases move.
    """
    note = VersionNote(plan.release, commit.short)
    versions = _side_by_side([partial(_version, aws, stage, each, note) for each in plan.functions], say)
    if not all(each.is_live for each in plan.functions):
        going.refuse(
            aws, [(each.name, each.published.version) for each in plan.layers if each.published and not each.is_new]
        )
    moves = [move(each.alias, plan.release, version) for each, version in zip(plan.functions, versions, strict=True)]
    move_all(aws, [each for each in moves[::-1] if not each.is_made(each.alias)])
    for each in plan.functions:
        if not each.is_live:
            _demand(each, functions.read(aws, each.name, each.function.alias))
            _undivided(aws, each)
    return Release(
        id=plan.release,
        functions=tuple(_live(each, version) for each, version in zip(plan.functions, versions, strict=True)),
        uploaded=plan.uploads,
    )


@dataclass(frozen=True)
class _Made:
    """The number of a function version that is as planned, and what is to be said of it, if anything."""

    version: str
    told: str = ""


def _side_by_side(tasks: Sequence[Callable[[], _Made]], say: Callable[[str], None]) -> list[str]:
    """Do all of it at once, and say in order what went well; return the versions.

    Raises what failed, with the faults of all that did, once the last one has ended.
    """
    with ThreadPoolExecutor(max(len(tasks), 1)) as threads:
        running = [threads.submit(task) for task in tasks]
    for told in [each.result().told for each in running if not each.exception()]:
        if told:
            say(told)
    errors = [error for each in running if (error := each.exception())]
    refusals = [error for error in errors if isinstance(error, PipelineError)]
    if len(refusals) > 1 and refusals == errors:
        log = "\n".join(error.log for error in refusals if error.log)
        raise RolloutError([fault for error in refusals for fault in error.faults], log=log)
    for error in sorted(errors, key=lambda error: isinstance(error, PipelineError)):
        raise error
    return [each.result().version for each in running]


def move(alias: AliasState, release: str, version: str) -> AliasMove:
    """Let an alias stand for a version from now on, and note which release that is."""
    return AliasMove(alias, version, str(AliasNote.parse(alias.description).then(release, version)))


def _version(aws: Aws, stage: Stage, plan: FunctionPlan, note: VersionNote) -> _Made:
    """Find or make a version that is as planned and, unless it is live already, well."""
    if plan.is_live:
        return _Made(plan.alias.version)
    wanted = health.expected(plan.code, [layer.zip for layer in plan.layers])
    described = str(replace(note, code=wanted.code, layers=wanted.layers or ""))
    version = plan.reuse.version if plan.reuse else _published(aws, stage, plan, described)
    _demand(plan, functions.read(aws, plan.name, version))
    if plan.function.health is None:
        told = "has the right code and layers; it names no health event"
    else:
        health.check(aws, plan.name, version, plan.function.health, wanted)
        told = "runs the code and the layers that were verified"
        if wanted.layers is None:
            told = "runs the code that was verified; a layer of somebody else's cannot be read, so none was compared"
    return _Made(version, f"{plan.name}  version {version} {told}")


def _published(aws: Aws, stage: Stage, plan: FunctionPlan, description: str) -> str:
    """Bring $LATEST to what is wanted, one change at a time, and make a version of it."""
    latest, code, layers = plan.latest, plan.code, plan.arns
    if latest.sha256 != code.sha256:
        source = uploads.content(aws, stage, code.zip, code.sha256)
        before = latest
        latest = _changed(
            aws, latest, lambda: functions.update_code(aws, before, source), lambda now: now.sha256 == code.sha256
        )
    if latest.layers != layers:
        with_code = latest
        latest = _changed(
            aws, latest, lambda: functions.update_layers(aws, with_code, layers), lambda now: now.layers == layers
        )
    try:
        return versions.publish(aws, latest, code_sha256(code.sha256), description).version
    except AwsError:
        # Its answer may have been lost on the way back, and the second try have met what the first one made.
        newest = next(iter(functions.versions(aws, plan.name)), None)
        if newest is None or newest.description != description or not plan.has_all(newest):
            raise
        versions.ready(aws, latest, newest.version)
        return newest.version


def _changed(
    aws: Aws, latest: FunctionState, change: Callable[[], None], holds: Callable[[FunctionState], bool]
) -> FunctionState:
    """Change $LATEST, wait, and read it back. A change whose answer was lost was made if $LATEST says so."""
    try:
        change()
    except AwsError:
        now = functions.read(aws, latest.name)
        if now is None or not holds(now):
            raise
    functions.settle(aws, latest.name)
    now = functions.read(aws, latest.name)
    if now is None or not holds(now):
        raise RolloutError([_raced(latest.name)])
    return now


def _demand(plan: FunctionPlan, version: FunctionState | None) -> None:
    """Raise RolloutError unless what AWS has there is what was planned."""
    if version is None:
        raise RolloutError([_raced(plan.name)])
    if differences := ", ".join(plan.differences(version)):
        raise RolloutError([_raced(f"{plan.name}:{version.version}", differences)])


def _undivided(aws: Aws, plan: FunctionPlan) -> None:
    """Wait until all of an alias's traffic is where it was sent."""
    now = aliases.read(aws, plan.name, plan.function.alias)
    if now is None:
        raise RolloutError([_raced(f"{plan.name}:{plan.function.alias}")])
    aliases.undivided(aws, now)


def _live(plan: FunctionPlan, version: str) -> LiveFunction:
    was = plan.alias.version if plan.alias.exists else "none"
    return LiveFunction(name=plan.name, alias=plan.function.alias, version=version, was=was)


def _raced(where: str, differences: str = "it") -> Fault:
    return Fault(
        where,
        f"is not what was just made: {differences} changed",
        cause="another deployment, or a person, changed it at the same time",
        cure="let that end, then run it again",
    )
