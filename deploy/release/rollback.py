"""Takes every function of a stage back to a release that was live: code, layers and configuration, by its alias alone.

The versions are still there, as they were: a published version keeps its code, its configuration and its layers for
good, even where the layer version was deleted since
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html). So nothing is built, uploaded or
published. Each version is asked what it runs before any alias moves; then all move, or none. What the template made
besides, queues and roles for example, stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from ..aws import aliases
from ..code import tree_digest
from ..errors import Fault, PipelineError, RolloutError
from ..layer.opt_folder import unpacked
from ..published.functions import note_of
from . import health, history, rollback_target
from .aliases import move_all
from .health import Digests
from .rollback_losses import RollbackLosses, compare
from .rollout import move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.functions import FunctionState
    from ..published.downloads import Downloads
    from ..published.functions import ServedFunction


@dataclass(frozen=True)
class RollbackStep:
    """A function and the version that its alias is to stand for."""

    served: ServedFunction
    target: FunctionState

    @property
    def moves(self) -> bool:
        return self.target.version != self.served.alias.version

    def __str__(self) -> str:
        name, was = self.served.name, self.served.alias.version
        return f"{name}  version {was} -> {self.target.version}" if self.moves else f"{name}  version {was} stays"


@dataclass(frozen=True, kw_only=True)
class RollbackPlan:
    """Where a stage is to go. `was` is the release that is live, None where the aliases do not stand for one.

    `newer` are functions that no earlier release had: they stay as they are.
    """

    stage: str
    was: str | None
    release: str
    steps: tuple[RollbackStep, ...]
    newer: tuple[str, ...]
    losses: RollbackLosses

    @property
    def is_empty(self) -> bool:
        return self.was == self.release and not any(step.moves for step in self.steps)

    @property
    def is_backwards(self) -> bool:
        """Whether versions are older than those that are live; rolling a rollback back goes forward."""
        moving = [step for step in self.steps if step.moves]
        return all(int(step.target.version) < int(step.served.alias.version) for step in moving)

    def lines(self) -> Iterator[str]:
        """Yield the plan as people read it."""
        if self.is_empty:
            yield f"release {self.release} is live in {self.stage}"
            return
        yield f"release {self.was or 'unknown'} -> {self.release}"
        yield from (f"  function  {step}" for step in self.steps)
        yield from (f"  function  {name}  stays: no release before had it" for name in self.newer)
        yield from (f"  {line}" for line in self.losses.lines())


def plan(
    stage: str, served: Sequence[ServedFunction], release: str | None, downloads: Downloads, project: Path
) -> RollbackPlan:
    """Plan to go to a release, named by the start of it, or to the one before that which is live.

    Raises RolloutError with every reason why there is no such way.
    """
    if release is None:
        goal, versions = rollback_target.before(served)
    else:
        goal = history.resolve(served, release)
        versions = rollback_target.versions(served, goal)
    steps = tuple(RollbackStep(each, versions[each.name]) for each in served if each.name in versions)
    releases = {each.release for each in served}
    return RollbackPlan(
        stage=stage,
        was=releases.pop() if len(releases) == 1 else None,
        release=goal,
        steps=steps,
        newer=tuple(each.name for each in served if each.name not in versions),
        losses=compare([(step.served.live, step.target) for step in steps if step.moves], downloads, project),
    )


def carry_out(aws: Aws, plan: RollbackPlan, downloads: Downloads, say: Callable[[str], None]) -> None:
    """Ask every version what it runs, then move all aliases or none, and read them back.

    Raises RolloutError with every version that is not well; no alias has moved then.
    """
    faults: list[Fault] = []
    logs: list[str] = []
    for step in plan.steps:
        try:
            _check(aws, step, downloads, say)
        except PipelineError as error:
            faults += error.faults
            logs += [error.log] if error.log else []
    if faults:
        raise RolloutError(faults, log="\n".join(logs))
    moves = [move(step.served.alias, plan.release, step.target.version) for step in plan.steps]
    # What produces is taken back before what consumes, so that the older consumer never meets a newer message.
    ordered = moves if plan.is_backwards else moves[::-1]
    move_all(aws, [each for each in ordered if not each.is_made(each.alias)])
    for each in moves:
        now = aliases.read(aws, each.alias.function, each.alias.name)
        faults += [] if now is not None and each.is_made(now) else [_raced(each.where, each.version)]
    if faults:
        raise RolloutError(faults)


def _check(aws: Aws, step: RollbackStep, downloads: Downloads, say: Callable[[str], None]) -> None:
    """Raise RolloutError unless the version answers with what it was proven to run."""
    name, version, event = step.served.name, step.target.version, step.served.function.health
    if not step.moves:
        return
    if event is None:
        say(f"{name}  version {version} is there with its code and layers; it names no health event")
    elif wanted := _wanted(step.target, downloads):
        health.check(aws, name, version, event, wanted)
        say(f"{name}  version {version} runs the code and the layers that were verified")
    else:
        health.ask(aws, name, version, event)
        say(f"{name}  version {version} answers; its digests cannot be compared, as its layers are no more to be had")


def _wanted(version: FunctionState, downloads: Downloads) -> Digests | None:
    """Return the digests that a version was proven with, or those of its zips; None where these cannot be had."""
    note = note_of(version)
    if note and note.code:
        return Digests(note.code, note.layers or None)
    layers = [downloads.published(arn) for arn in version.layers]
    zips = [content for content in layers if content is not None]
    if len(zips) < len(layers):
        return None
    code = downloads.code(version.name, version.version, version.sha256)
    return Digests(tree_digest.of_files(unpacked([BytesIO(code)])), tree_digest.of_files(unpacked(map(BytesIO, zips))))


def _raced(where: str, version: str) -> Fault:
    return Fault(
        where,
        f"does not stand for version {version}, which it was just moved to",
        cause="another deployment, or a person, changed it at the same time",
        cure="let that end, then run it again",
    )
