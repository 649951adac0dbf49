"""What a region has of the project's layers: their versions, and the parameters that name some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import layers, parameters
from ..published.descriptions import LayerNote
from ..published.functions import all_versions
from . import channels
from .channels import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..aws.parameters import Parameter
    from ..settings import Layer, Settings, Stage, Target


@dataclass(frozen=True, kw_only=True)
class LayerInventory:
    """A layer in a region: every version, newest first, whoever published it, and its parameters by name."""

    layer: Layer
    versions: tuple[LayerVersion, ...]
    parameters: Mapping[str, Parameter]

    @property
    def newest(self) -> Mapping[Target, LayerVersion]:
        """The newest version that the pipeline published, for each runtime and architecture."""
        found: dict[Target, LayerVersion] = {}
        for each in reversed(self.versions):
            target = target_of(each)
            if target and LayerNote.parse(each.description):
                found[target] = each
        return found

    def version(self, number: int) -> LayerVersion | None:
        return next((each for each in self.versions if each.version == number), None)


def read(aws: Aws, settings: Settings) -> dict[str, LayerInventory]:
    """Ask a region for every layer of the project, by name."""
    return {name: _read(aws, settings, layer) for name, layer in settings.layers.items()}


def in_use(aws: Aws, inventory: LayerInventory, attached: frozenset[str]) -> set[int]:
    """Number the versions that are followed: the newest, those that a parameter holds, and those `attached`, by ARN."""
    newest = {each.version for each in inventory.newest.values()}
    named = set(channels.held(aws, inventory.layer, inventory.parameters))
    return newest | named | {each.version for each in inventory.versions if each.arn in attached}


def attached(aws: Aws, settings: Settings, stage: Stage) -> frozenset[str]:
    """Return the ARNs of the layer versions that the stage's functions have in versions which get traffic."""
    names = [f"{function.name}{stage.suffix}" for function in settings.functions.values()]
    return frozenset(
        arn
        for function in all_versions(aws, names)
        for state in function.states
        if function.aliases_of(state.version)
        for arn in state.layers
    )


def _read(aws: Aws, settings: Settings, layer: Layer) -> LayerInventory:
    versions = layers.versions(aws, layer.name)
    targets = {target for each in versions if (target := target_of(each))}
    return LayerInventory(
        layer=layer,
        versions=versions,
        parameters=parameters.read(aws, channels.names(settings, layer, targets)),
    )
