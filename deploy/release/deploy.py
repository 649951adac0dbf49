"""One deploy from end to end: the stack, then the layers in every region, then the functions.

Everything is looked at and said before it is changed. Nothing but AWS remembers what was done, so that a run after
a failure, a kill, or somebody else's run begins with what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..aws import change_sets
from ..errors import RolloutError
from ..git import commit
from ..published.functions import FunctionTraffic
from . import delivery as delivering
from . import existing, stack
from . import plan as planning
from .publish import find, refuse_unproven
from .rollout import roll_out
from .stage_stack import StageStack
from .values import PlannedLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..aws.change_sets import ChangeSet
    from ..aws.connection import Aws
    from ..aws.stacks import StackOutput
    from ..git import Commit
    from ..layer.values import BuiltLayer
    from ..prepare import Prepared
    from ..published.descriptions import LayerNote
    from ..settings import Settings, Stage
    from .delivery import Delivery
    from .plan import RolloutPlan, Traffic
    from .values import Release


@dataclass(frozen=True)
class DeployResult:
    """What is live after a deploy, where it can be reached, and whether the run changed anything in AWS.

    `layers` are those of each region, the stage's own first.
    """

    release: Release
    changed: bool
    outputs: tuple[StackOutput, ...]
    layers: Mapping[str, tuple[PlannedLayer, ...]]


@dataclass(frozen=True, kw_only=True)
class DeployPlan:
    """What a deploy would do. `rollout` is None where the stack has to make the functions first."""

    proposed: ChangeSet | None
    delivery: Delivery
    rollout: RolloutPlan | None

    @property
    def is_empty(self) -> bool:
        """Whether a deploy would change nothing."""
        return self.proposed is None and self.delivery.is_empty and self.rollout is not None and self.rollout.is_empty


@dataclass(frozen=True)
class Origin:
    """Where bytes come from that were not built here: the commit, and by sha256 the notes of the layer versions."""

    commit: Commit
    notes: Mapping[str, LayerNote]


@dataclass(frozen=True)
class Deployment:
    """What is to go where.

    `agree` is called once the whole plan was said and before anything is changed, with the names of what would be
    removed or replaced; it raises PipelineError where that may not be. `origin` is None for what was built from the
    project as it is here. `compare` is called before anything is changed, with the layers that somebody is to get; it
    raises PipelineError where one is not what its lock gives. None is for copies of what AWS has already.
    """

    aws: Aws
    settings: Settings
    stage: Stage
    parameters: Mapping[str, str]
    prepared: Prepared
    say: Callable[[str], None]
    agree: Callable[[Sequence[str]], None]
    origin: Origin | None = None
    compare: Callable[[Sequence[BuiltLayer]], None] | None = None

    def show(self) -> DeployPlan:
        """Say what a deploy would do, and return it; leave everything as it is."""
        self._refuse_unproven()
        proposed = self._proposed()
        if proposed:
            change_sets.discard(self.aws, proposed)
        return self._plan_of(proposed)

    def _plan_of(self, proposed: ChangeSet | None) -> DeployPlan:
        """Say what a deploy would do besides what the stack's change set says."""
        if proposed and stack.makes_functions(proposed):
            self._refuse_gone()
            self.say("the rollout is planned once the stack has made its functions")
            layers = self._found()
            for layer in layers:
                self.say(layer.line)
            return DeployPlan(proposed=proposed, delivery=self._delivery(layers), rollout=None)
        rollout = self._planned()
        return DeployPlan(proposed=proposed, delivery=self._delivery(rollout.layers), rollout=rollout)

    def _refuse_gone(self) -> None:
        """Raise RolloutError where a function that is still to be made could not get one of its layers."""
        every = (self.settings.attached(each, self.aws.region) for each in self.settings.functions.values())
        if faults := list(planning.gone(self.aws, dict.fromkeys(name for names in every for name in names))):
            raise RolloutError(faults)

    def deploy(self) -> DeployResult:
        """Change the stack, publish what AWS lacks, roll it out; raise PipelineError where something refuses."""
        self._refuse_unproven()
        planned = self._agreed(self._proposed())
        if planned.proposed:
            change_sets.execute(self.aws, planned.proposed)
            self.say(f"stack {planned.proposed.stack}: {'made' if planned.proposed.creates else 'changed'}")
        delivery = planned.delivery
        if planned.rollout is None:
            plan = self._planned()
        elif planned.proposed:
            plan = self._plan(planned.rollout.layers)
        else:
            plan = planned.rollout
        at = self.origin.commit if self.origin else commit(self.settings.project)
        delivered = delivery.deliver(at, self.say, self.origin.notes if self.origin else {})
        layers = delivered[self.stage.region]
        if plan.new_layers:
            plan = self._plan(layers)
        release = roll_out(self.aws, self.stage, plan, at, self.say)
        sent = delivery.uploads + sum(each.verified.built.zip.stat().st_size for each in layers if each.is_new)
        outputs = self._outputs(planned)
        return DeployResult(
            replace(release, uploaded=release.uploaded + sent), not planned.is_empty, outputs, delivered
        )

    def _refuse_unproven(self) -> None:
        for layer in self.prepared.layers:
            refuse_unproven(self.aws, layer)

    @cached_property
    def _there(self) -> StageStack:
        """The stage's stack as it was before the deploy."""
        return StageStack.read(self.aws, self.stage)

    @cached_property
    def _existing(self) -> frozenset[str]:
        """The keys of functions that the stage's stack did not make, as it was before the deploy."""
        return existing.keys(self.aws, self.settings, self.stage, self._there)

    def _outputs(self, planned: DeployPlan) -> tuple[StackOutput, ...]:
        if not self.settings.has_stack:
            return ()
        there = StageStack.read(self.aws, self.stage) if planned.proposed else self._there
        return there.state.outputs if there.state else ()

    def _proposed(self) -> ChangeSet | None:
        template = existing.template(self.settings, self._there, self._existing)
        if template is None:
            return None
        proposed = stack.propose(self.aws, self.stage, template, self.parameters, self._there)
        for line in stack.lines(proposed, self.stage):
            self.say(line)
        return proposed

    def _agreed(self, proposed: ChangeSet | None) -> DeployPlan:
        """Say the whole plan, and have it agreed to; raise PipelineError, and leave all as it is, where it is not."""
        try:
            planned = self._plan_of(proposed)
            if not planned.is_empty:
                if self.compare:
                    self.compare(self._arriving(planned))
                self.agree(stack.destroys(proposed) if proposed else ())
        except BaseException:
            if proposed:
                change_sets.discard(self.aws, proposed)
            raise
        return planned

    def _arriving(self, planned: DeployPlan) -> tuple[BuiltLayer, ...]:
        """Return the layers that a region, a function or whoever follows a channel is to get."""
        every = tuple(each.built for each in self.prepared.layers)
        if planned.rollout is None:  # the functions are still to be made, and get all of them
            return every
        moved = planned.delivery.arriving | planned.rollout.arriving
        return tuple(each for each in every if each.sha256 in moved)

    def _found(self, traffic: Traffic = ()) -> tuple[PlannedLayer, ...]:
        """Find the versions of the layers that the region has, those first that traffic meets."""
        live = [arn for each in traffic if isinstance(each, FunctionTraffic) for arn in each.live.layers]
        return tuple(PlannedLayer(layer, find(self.aws, layer, live)) for layer in self.prepared.layers)

    def _delivery(self, layers: Sequence[PlannedLayer]) -> Delivery:
        """Say what else goes with the layers: other regions, grants, channels."""
        delivery = delivering.plan(self.aws, self.settings, self.stage, layers)
        for line in delivery.lines():
            self.say(line)
        return delivery

    def _planned(self) -> RolloutPlan:
        traffic = self._traffic()
        plan = self._plan(self._found(traffic), traffic)
        for line in plan.lines():
            self.say(line)
        return plan

    def _plan(self, layers: Sequence[PlannedLayer], traffic: Traffic | None = None) -> RolloutPlan:
        met = self._traffic() if traffic is None else traffic
        made = self.prepared
        return planning.make(self.aws, self.settings, made.code, layers, met, foreign=made.foreign)

    def _traffic(self) -> Traffic:
        return planning.look(self.aws, self.settings, self.stage) if self.prepared.code else ()
