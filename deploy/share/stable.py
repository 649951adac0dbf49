"""Makes a layer version `stable` in every region of a stage, by its bytes: each region counts its versions itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import layers
from ..errors import Fault, RolloutError
from ..published.descriptions import LayerNote
from ..published.downloads import Downloads
from . import channels
from .channels import NEXT, STABLE, ChannelMove, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..settings import Settings, Target
    from .inventory import LayerInventory


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A version of the stage's own region that is to be stable; `sha256` are its bytes, hexadecimal."""

    version: LayerVersion
    target: Target
    sha256: str


@dataclass(frozen=True)
class Promotion:
    """Where versions are promoted: the regions, the stage's own first, and what each has of every layer."""

    settings: Settings
    places: Sequence[Aws]
    inventories: Mapping[str, Mapping[str, LayerInventory]]
    downloads: Path

    def plan(self, number: int | None, only: str | None) -> list[ChannelMove]:
        """Return the moves that make version `number` stable, or without one what `next` says; none that are made.

        Raises RolloutError with every reason why a version must not be promoted, or cannot be in some region.
        """
        faults: list[Fault] = []
        moves: list[ChannelMove] = []
        for layer in self._layers(number, only):
            for chosen in self._chosen(layer, number, faults):
                for place in self.places:
                    moves += self._moves(place, layer, chosen, faults)
        if faults:
            raise RolloutError(faults)
        return [each for each in moves if not each.is_made]

    def _layers(self, number: int | None, only: str | None) -> list[str]:
        """Name the layers that are meant; raise RolloutError where that is not clear, or they have no channels."""
        named = [each.name for each in self.settings.layers.values() if each.channels]
        if only is not None and only not in named:
            cure = f"set layers.{only}.channels: true in config/pipeline.yaml"
            raise RolloutError([Fault(f"--layer {only}", "has no channels", cure=cure)])
        if not named:
            raise RolloutError([Fault("--stable", "no layer has channels", cure="set layers.<name>.channels: true")])
        if only is None and number is not None and len(named) > 1:
            cure = f"add --layer, one of: {', '.join(named)}"
            raise RolloutError([Fault(f"--stable {number}", "could be a version of several layers", cure=cure)])
        return [only] if only else named

    def _chosen(self, layer: str, number: int | None, faults: list[Fault]) -> Iterator[Chosen]:
        """Find the versions that are to be stable in the stage's own region: one, or one for each target."""
        home = self.places[0]
        inventory = self.inventories[home.region][layer]
        numbers = [number] if number is not None else self._next(inventory)
        if not numbers:
            cure = "deploy first, or name a version: --stable VERSION"
            faults.append(Fault(layer, f"no {NEXT} channel names a version in {home.region}", cure=cure))
        for each in numbers:
            version = inventory.version(each)
            if version is None:
                faults.append(_unknown(home, inventory, each))
            elif chosen := self._ours(home, version):
                yield chosen
            else:
                faults.append(_not_ours(home, version))

    def _next(self, inventory: LayerInventory) -> list[int]:
        names = [channels.name(self.settings, inventory.layer, NEXT, target) for target in sorted(inventory.newest)]
        found = {name: inventory.parameters[name] for name in names if name in inventory.parameters}
        return sorted(channels.held(self.places[0], inventory.layer, found))

    def _ours(self, aws: Aws, version: LayerVersion) -> Chosen | None:
        """Look whether the pipeline made a version: by its description and digest, else by what travels in its zip."""
        target, note = target_of(version), LayerNote.parse(version.description)
        there = layers.content(aws, version.layer, version.version)
        if note:
            ours = there.sha256.startswith(note.digest)
        else:
            ours = Downloads(aws, self.downloads).contents(version.layer, version.version).is_ours
        return Chosen(version=version, target=target, sha256=there.sha256) if target and ours else None

    def _moves(self, aws: Aws, layer: str, chosen: Chosen, faults: list[Fault]) -> Iterator[ChannelMove]:
        inventory = self.inventories[aws.region][layer]
        twin = chosen.version if aws is self.places[0] else _twin(aws, inventory, chosen)
        if twin is None:
            faults.append(_absent(aws, chosen))
            return
        name = channels.name(self.settings, inventory.layer, STABLE, chosen.target)
        move = ChannelMove(name=name, region=aws.region, before=inventory.parameters.get(name), after=twin.arn)
        faults += channels.faults(aws, inventory.layer, move, chosen.target)
        yield move


def _twin(aws: Aws, inventory: LayerInventory, chosen: Chosen) -> LayerVersion | None:
    """Find the newest version in another region that has the same bytes and is for the same."""
    for each in inventory.versions:
        note = LayerNote.parse(each.description)
        fits = target_of(each) == chosen.target and (note is None or chosen.sha256.startswith(note.digest))
        if fits and layers.content(aws, each.layer, each.version).sha256 == chosen.sha256:
            return each
    return None


def _unknown(aws: Aws, inventory: LayerInventory, number: int) -> Fault:
    known = ", ".join(str(each.version) for each in inventory.versions[:5]) or "none"
    return Fault(
        f"{inventory.layer.name}:{number}",
        f"there is no such version in {aws.region}",
        cause="it was never published here, or was deleted",
        cure=f"name one that is there, newest first: {known}",
    )


def _not_ours(aws: Aws, version: LayerVersion) -> Fault:
    return Fault(
        version.short,
        f"was not published by this pipeline in {aws.region}: nothing says that it was verified",
        cause="somebody published it by hand, or its description does not fit its bytes",
        cure="deploy what it is to be, and promote that",
    )


def _absent(aws: Aws, chosen: Chosen) -> Fault:
    return Fault(
        f"{aws.region}: {chosen.version.layer}",
        f"no version has the bytes of {chosen.version.short}, sha256 {chosen.sha256[:12]}",
        cause="the region was added later, or a deploy did not reach it",
        cure="deploy it there first; no channel was moved anywhere",
    )
