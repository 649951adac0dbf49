"""One function of a rollout: what traffic meets of it now, what is to be there, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..aws.arns import LayerVersionArn
from ..published.functions import differences
from .values import ForeignLayer, PlannedLayer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.aliases import AliasState
    from ..aws.functions import FunctionState
    from ..code.bundle import CodeBundle
    from ..published.functions import FunctionTraffic
    from ..settings import Function


@dataclass(frozen=True, kw_only=True)
class FunctionPlan:
    """One function as it is and as it is to be. `reuse` is a published version that is what is wanted already."""

    served: FunctionTraffic
    code: CodeBundle
    layers: tuple[PlannedLayer | ForeignLayer, ...]
    reuse: FunctionState | None

    @property
    def name(self) -> str:
        return self.served.name

    @property
    def function(self) -> Function:
        return self.served.function

    @property
    def latest(self) -> FunctionState:
        return self.served.latest

    @property
    def alias(self) -> AliasState:
        return self.served.alias

    @property
    def arns(self) -> tuple[str, ...]:
        return tuple(layer.arn for layer in self.layers)

    @property
    def is_live(self) -> bool:
        return self.reuse is not None and self.reuse.version == self.alias.version

    @property
    def uploads_code(self) -> bool:
        return self.reuse is None and self.latest.sha256 != self.code.sha256

    def has_all(self, version: FunctionState) -> bool:
        """Whether a version is what is wanted: code, layers, and the configuration of $LATEST."""
        return not any(self.differences(version))

    def differences(self, version: FunctionState) -> Iterator[str]:
        """Yield what of a version is not as wanted: code, layers, keys of its configuration."""
        return differences(version, replace(self.latest, sha256=self.code.sha256, layers=self.arns))

    def moves(self) -> Iterator[str]:
        """Yield the layers that the function gets, and those that it loses, against what traffic meets now."""
        before, after = self.served.live.layers, {each.arn or str(each): each for each in self.layers}
        for arn in before:
            if arn not in after:
                yield f"detach    {LayerVersionArn.parse(arn).short if _own(self.layers, arn) else arn}"
        for arn, layer in after.items():
            if arn not in before:
                yield f"attach    {layer}"
        if [arn for arn in before if arn in after] != [arn for arn in after if arn in before]:
            yield f"order     {', '.join(map(str, self.layers))}"

    def __str__(self) -> str:
        if self.is_live:
            return f"{self.name}  version {self.alias.version} is live and the same"
        if not self.alias.exists:
            return f"{self.name}  gets {self._wanted}"
        return (
            f"{self.name}  version {self.alias.version} -> {self._wanted}"
            f" ({', '.join(self.differences(self.served.live))})"
        )

    @property
    def _wanted(self) -> str:
        return f"version {self.reuse.version}, published before" if self.reuse else "a new version"

    def adoption(self) -> Iterator[str]:
        """Yield what else is done to a function that somebody else made and that has no alias yet."""
        if self.alias.exists:
            return
        yield f"{self.name}  is there already: the alias {self.alias.name} is added, for what releases move"
        if changed := ", ".join(self.differences(self.latest)):
            yield f"{self.name}  who calls it without an alias meets other {changed} at once, before it is checked"


def _own(layers: Sequence[PlannedLayer | ForeignLayer], arn: str) -> bool:
    """Whether a layer version is an earlier one of a layer that is attached."""
    return LayerVersionArn.parse(arn).name in {each.name for each in layers if isinstance(each, PlannedLayer)}
