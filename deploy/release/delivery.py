"""Brings verified layers to every region of a stage: published, shared as declared, `next` moved.

Functions are in one region and are rolled out only when all regions have their layers. What a region has already
is not sent again, so that a rerun after a failure sends what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import layers, parameters, regions, uploads
from ..console import size
from ..errors import ConfigError, RolloutError
from ..invocation import advised
from ..share import channels, grants
from ..share.channels import ChannelMove
from .publish import find, publish
from .values import PlannedLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..aws.connection import Aws
    from ..git import Commit
    from ..published.descriptions import LayerNote
    from ..settings import Layer, Settings, Stage
    from ..share.grants import Sharing


@dataclass(frozen=True, kw_only=True)
class RegionPlan:
    """A layer for a region: the version that is there, if there is one, and what is to change about it.

    `sharing` is None where the layer declares none, or its version is still to be published; `older` are the other
    versions that have grants which are not declared any more; `move` is None where there is no channel to move.
    """

    planned: PlannedLayer
    layer: Layer
    sharing: Sharing | None
    older: tuple[Sharing, ...]
    move: ChannelMove | None

    @property
    def is_delivered(self) -> bool:
        shared = self.sharing is None or self.sharing.is_as_declared
        return self.planned.published is not None and shared and not self.older and self.move is None

    def lines(self) -> Iterator[str]:
        """Yield what would change besides the version itself."""
        if self.planned.published is None:
            declared = grants.declared(self.layer.share).values()
            yield from (f"share     {self.planned.name}, the new version  + {grant}" for grant in declared)
        for each in (self.sharing, *self.older):
            yield from (f"share     {line}" for line in (each.lines() if each else ()))
        if self.move:
            yield f"channel   {self.move}"

    def remarks(self) -> Iterator[str]:
        """Yield what a deploy leaves as it is and somebody should know."""
        if self.sharing and self.sharing.foreign:
            others = ", ".join(map(str, self.sharing.foreign.values()))
            yield f"{self.sharing.where} is shared by hand with {others}; {advised('share')} shows and removes it"


@dataclass(frozen=True)
class Delivery:
    """What each region has and gets, the stage's own first."""

    settings: Settings
    stage: Stage
    places: tuple[Aws, ...]
    plans: dict[str, tuple[RegionPlan, ...]]

    @property
    def is_empty(self) -> bool:
        return all(each.is_delivered for plans in self.plans.values() for each in plans)

    @property
    def arriving(self) -> frozenset[str]:
        """The sha256 of each layer of which a region lacks something."""
        lacking = (each for plans in self.plans.values() for each in plans if not each.is_delivered)
        return frozenset(each.planned.verified.built.sha256 for each in lacking)

    @property
    def uploads(self) -> int:
        """Bytes that go to the regions besides the stage's own."""
        new = [each for region in self.stage.regions[1:] for each in self.new(region)]
        return sum(each.verified.built.zip.stat().st_size for each in new)

    @property
    def found(self) -> dict[str, tuple[PlannedLayer, ...]]:
        """The layers by region, as they were found."""
        return {region: tuple(each.planned for each in plans) for region, plans in self.plans.items()}

    def lines(self) -> Iterator[str]:
        """Yield what goes where: nothing, where there is one region, and neither a grant nor a channel changes."""
        for region, plans in self.plans.items():
            if region != self.stage.region:
                yield from (f"{each.planned.line} in {region}" for each in plans)
            for each in plans:
                yield from (f"  {line} in {region}" for line in each.lines())
        if self.uploads:
            yield f"  upload    {size(self.uploads)} to other regions"
        remarks = (remark for plans in self.plans.values() for each in plans for remark in each.remarks())
        yield from (f"  note      {remark}" for remark in dict.fromkeys(remarks))

    def deliver(
        self, commit: Commit, say: Callable[[str], None], origins: Mapping[str, LayerNote]
    ) -> Mapping[str, tuple[PlannedLayer, ...]]:
        """Do it in all regions side by side; return the layers by region, as they are there now.

        `origins` are the notes of the versions that layers are copies of, by sha256.

        Raises RolloutError where a region fails, having said what the others got.
        """
        if self.is_empty:
            return self.found
        outcome = regions.everywhere(self.places, lambda aws: self._deliver_to(aws, commit, origins))
        for region, arrivals in outcome.done.items():
            for line in (line for arrival in arrivals for line in arrival.lines):
                say(f"{region}  {line}")
        left = "delivered, and no function was changed" if self.settings.functions else "delivered"
        return {
            region: tuple(arrival.planned for arrival in arrivals) for region, arrivals in outcome.all(left).items()
        }

    def new(self, region: str) -> list[PlannedLayer]:
        """List the layers whose bytes a region lacks."""
        return [each.planned for each in self.plans[region] if each.planned.published is None]

    def _deliver_to(self, aws: Aws, commit: Commit, origins: Mapping[str, LayerNote]) -> list[_Arrival]:
        return [
            self._deliver_one(aws, each, commit, origins.get(each.planned.verified.built.sha256))
            for each in self.plans[aws.region]
        ]

    def _deliver_one(self, aws: Aws, plan: RegionPlan, commit: Commit, origin: LayerNote | None) -> _Arrival:
        """Bring a region a layer. Its grants are made before a name leads to it."""
        planned, lines = plan.planned, list[str]()
        if planned.published is None:
            planned = PlannedLayer(planned.verified, publish(aws, self.stage, planned.verified, commit, origin))
            lines.append(
                f"{planned}  {'published' if planned.is_new else 'was published meanwhile'}, its digest read back"
            )
        if shared := _sharing(aws, plan.layer, planned):
            lines += [f"{line}, read back" for each in (shared, *plan.older) for line in grants.settle(aws, each)]
        if move := _next(aws, self.settings, plan.layer, planned):
            channels.move(aws, move)
            lines.append(f"{move}, read back")
        return _Arrival(planned, lines)


@dataclass(frozen=True)
class _Arrival:
    """A layer in a region, and what was done for it there."""

    planned: PlannedLayer
    lines: list[str]


def plan(aws: Aws, settings: Settings, stage: Stage, in_stage_region: Sequence[PlannedLayer]) -> Delivery:
    """Ask every region what it has of the layers, of which the stage's own is known.

    Raises ConfigError or RolloutError, before anything is sent, where a region could not be given what it lacks.
    """
    places = regions.of(aws, stage)

    def look(place: Aws) -> tuple[RegionPlan, ...]:
        known = (
            in_stage_region
            if place is aws
            else [PlannedLayer(each.verified, find(place, each.verified)) for each in in_stage_region]
        )
        return tuple(_region_plan(place, settings, each) for each in known)

    delivery = Delivery(settings, stage, places, regions.everywhere(places, look).all("asked"))
    without_bucket = [
        uploads.missing_bucket(stage, region, each.verified.built.zip)
        for region in stage.regions
        for each in delivery.new(region)
    ]
    if faults := [fault for fault in without_bucket if fault]:
        raise ConfigError(faults)
    return delivery


def _region_plan(aws: Aws, settings: Settings, planned: PlannedLayer) -> RegionPlan:
    layer = settings.layers[planned.name]
    shared = _sharing(aws, layer, planned)
    return RegionPlan(
        planned=planned,
        layer=layer,
        sharing=shared,
        older=_older(aws, layer, planned) if planned.published is None or (shared and shared.surplus) else (),
        move=_next(aws, settings, layer, planned),
    )


def _sharing(aws: Aws, layer: Layer, planned: PlannedLayer) -> Sharing | None:
    if layer.share is None or planned.published is None:
        return None
    return grants.plan(aws, layer, [planned.published.version])[0]


def _older(aws: Aws, layer: Layer, planned: PlannedLayer) -> tuple[Sharing, ...]:
    """Return what other versions have that is not declared any more: an entry that is removed goes from all."""
    if layer.share is None:
        return ()
    own = planned.published.version if planned.published else None
    others = [each.version for each in layers.versions(aws, layer.name) if each.version != own]
    return tuple(each for each in grants.plan(aws, layer, others, in_use=()) if each.surplus)


def _next(aws: Aws, settings: Settings, layer: Layer, planned: PlannedLayer) -> ChannelMove | None:
    """Return the move of `next` that a layer version calls for; raise RolloutError where it must not be made."""
    if layer.channels is None:
        return None
    spec = planned.verified.built.spec
    target = spec.target
    name = channels.name(settings, layer, channels.NEXT, target)
    before = parameters.read(aws, [name]).get(name)
    wanted = ChannelMove(name=name, region=aws.region, before=before, after=planned.arn)
    if wanted.is_made:
        return None
    if faults := list(channels.faults(aws, layer, wanted, target)):
        raise RolloutError(faults)
    return channels.forward(wanted)
