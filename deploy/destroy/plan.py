"""What there is of a stage, named one by one: its stack with all resources, its layer versions, its parameters.

What somebody else has or made stays, with the reason: a layer version that another function has, that another stage of
the project is served with, or that was shared; a function that no stack of the pipeline made.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..aws import grants, logs, regions, stacks
from ..aws.connection import elsewhere
from ..errors import AwsError, Fault, RolloutError
from ..published import usage
from ..published.descriptions import LayerNote
from ..published.functions import all_versions
from ..release.stage_stack import STAGE_TAG
from ..share import channels, inventory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..aws.stacks import StackResource, StackState
    from ..published.usage import Usage
    from ..settings import Settings, Stage
    from ..share.inventory import LayerInventory

Kind = Literal["stack", "resource", "parameter", "layer version", "log", "function"]

_AT_ONCE = 8
_FUNCTION, _LOG = "AWS::Lambda::Function", "AWS::Logs::LogGroup"


@dataclass(frozen=True, kw_only=True)
class Remnant:
    """One thing that a stage made; `stays` says why it is kept, and is empty where it goes. `of` is what it is part of.

    `arn` is a layer version's.
    """

    kind: Kind
    name: str
    region: str
    of: str = ""
    stays: str = ""
    arn: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class DestroyPlan:
    """All that a stage made, in the order in which it is deleted."""

    stage: Stage
    places: tuple[Aws, ...]
    remnants: tuple[Remnant, ...]

    @property
    def going(self) -> tuple[Remnant, ...]:
        return tuple(each for each in self.remnants if not each.stays)

    @property
    def staying(self) -> tuple[Remnant, ...]:
        return tuple(each for each in self.remnants if each.stays)

    def place(self, region: str) -> Aws:
        return next(each for each in self.places if each.region == region)


def make(aws: Aws, settings: Settings, stage: Stage) -> DestroyPlan:
    """Ask AWS what there is of a stage.

    Raises RolloutError where the stack of its name was not made for it, or a region cannot be asked.
    """
    stack = _stack(aws, stage)
    there = stacks.contents(aws, stage.stack) if stack else ()
    own = {each.physical for each in there if each.kind == _FUNCTION}
    places = regions.of(aws, stage)
    found = regions.everywhere(places, lambda place: list(_published(place, settings, stage, own))).all("asked")
    others = list(_of_others(aws, settings, stage, own))
    # A run that was stopped may have deleted the stack and not what it does not hold.
    left = {f"{each.name}{stage.suffix}" for each in settings.functions.values()} - {each.name for each in others}
    remnants = [
        # One whose first creation failed has nothing any more, and yet keeps a deploy from making it.
        *([Remnant(kind="stack", name=stage.stack, region=aws.region)] if stack else []),
        *(
            Remnant(kind="resource", name=f"{each.kind} {each.physical}", region=aws.region, of=stage.stack)
            for each in there
        ),
        *others,
        *(each for place in places for each in found[place.region]),
        *_logs(aws, there, own | left),
    ]
    return DestroyPlan(stage, places, tuple(remnants))


def _stack(aws: Aws, stage: Stage) -> StackState | None:
    """Read the stage's stack; raise RolloutError where it was not made for the stage."""
    state = stacks.read(aws, stage.stack)
    if state is None or state.status == "DELETE_COMPLETE":
        return None
    if (tagged := state.tags.get(STAGE_TAG)) != stage.name:
        whose = f"it is tagged for stage {tagged}" if tagged else f"it has no tag {STAGE_TAG}"
        cure = f"correct stages.{stage.name}.stack, or delete the stack by hand"
        raise RolloutError([Fault(f"stack {stage.stack}", f"was not made for stage {stage.name}", whose, cure)])
    return state


def _of_others(aws: Aws, settings: Settings, stage: Stage, own: Collection[str]) -> Iterator[Remnant]:
    """Yield the functions that exist and that the stack did not make."""
    names = [f"{each.name}{stage.suffix}" for each in settings.functions.values()]
    for each in all_versions(aws, [name for name in names if name not in own]):
        why = "the stage's stack did not make it; it keeps its code, layers and alias"
        yield Remnant(kind="function", name=each.name, region=aws.region, stays=why)


def _published(aws: Aws, settings: Settings, stage: Stage, own: Collection[str]) -> Iterator[Remnant]:
    """Yield the parameters and the layer versions of a region; a parameter goes with the version that it names."""
    used = usage.read(aws)
    sharing = [
        f"stage {other.name} publishes to this region too{why}"
        for other in settings.stages.values()
        if other.name != stage.name
        and aws.region in other.regions
        and other.account in {None, stage.account, aws.account}
        and (why := _served(aws, settings, other)) is not None
    ]
    for layer in inventory.read(aws, settings).values():
        judged = _judged(aws, layer, {each.version: _others(used, each, own) for each in layer.versions}, sharing)
        held = channels.held(aws, layer.layer, layer.parameters)
        named = {name: version for version, names in held.items() for name in names}
        for name in layer.parameters:
            why = judged.get(named[name], "") if name in named else f"it holds no version of {layer.layer.name}"
            yield Remnant(kind="parameter", name=name, region=aws.region, stays=why)
        for each in layer.versions:
            yield Remnant(
                kind="layer version", name=each.short, region=aws.region, stays=judged[each.version], arn=each.arn
            )


def _served(aws: Aws, settings: Settings, other: Stage) -> str | None:
    """Say how another stage of the project is seen to be served with layers; None where it has no stack to use them.

    Without functions nobody can see who follows a stage's layers: it is done with once it is configured no more.
    """
    if not settings.has_stack:
        return ": take it out of config/pipeline.yaml first, if it is done with"
    try:
        state = stacks.read(elsewhere(aws, other.region), other.stack)
    except AwsError:
        return ", and whether its stack is there these rights do not let be seen"
    return None if state is None or state.status == "DELETE_COMPLETE" else ""


def _judged(
    aws: Aws, layer: LayerInventory, users: Mapping[int, Sequence[str]], sharing: Sequence[str]
) -> dict[int, str]:
    """Say of each version why it stays, nothing where it goes; several at once, as some are asked for their policy."""
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        why = threads.map(lambda each: _kept(aws, layer, each, users[each.version], sharing), layer.versions)
        return {each.version: reason for each, reason in zip(layer.versions, why, strict=True)}


def _others(used: Usage, version: LayerVersion, own: Collection[str]) -> list[str]:
    """Name the function versions that have a layer version and do not go with the stack."""
    return [str(each) for each in used.of(version.arn) if each.function not in own]


def _kept(aws: Aws, layer: LayerInventory, version: LayerVersion, users: Sequence[str], sharing: Sequence[str]) -> str:
    """Say why a layer version stays; nothing where it goes."""
    if LayerNote.parse(version.description) is None:
        return "the pipeline did not publish it"
    if users:
        return f"{', '.join(users)} {'have' if users[1:] else 'has'} it"
    if sharing:
        return "; ".join(sharing)
    if grants.read(aws, layer.layer.name, version.version).grants:
        return "it is shared: who else has it cannot be seen from here"
    return ""


def _logs(aws: Aws, there: Sequence[StackResource], own: Collection[str]) -> Iterator[Remnant]:
    """Yield the logs that Lambda made by itself for these functions, whose template makes none."""
    made = {each.physical for each in there if each.kind == _LOG}
    for name in sorted(own):
        group = f"/aws/lambda/{name}"
        if group not in made and logs.exists(aws, group):
            yield Remnant(kind="log", name=group, region=aws.region)
