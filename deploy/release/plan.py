"""What a rollout would do, function by function, from what AWS says: a value that can be printed and tested.

A version is wanted that has the bundle's code, the function's layers and the configuration that the template gave
$LATEST. Where a published version is just that, it is used; where it is live already, there is nothing to do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..aws import functions
from ..aws.arns import LayerVersionArn
from ..console import size
from ..errors import Fault, RolloutError
from ..published.functions import ServedFunction, differences, observe, read, without_alias
from .values import ForeignLayer, PlannedLayer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.functions import AliasState, FunctionState
    from ..code.bundle import CodeBundle
    from ..published.functions import DeployedFunction
    from ..settings import Function, Settings, Stage


@dataclass(frozen=True, kw_only=True)
class FunctionPlan:
    """One function as it is and as it is to be. `reuse` is a published version that is what is wanted already."""

    served: ServedFunction
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


@dataclass(frozen=True, kw_only=True)
class RolloutPlan:
    """A whole rollout; `release` is decided by the bytes of code and layers alone."""

    release: str
    layers: tuple[PlannedLayer, ...]
    functions: tuple[FunctionPlan, ...]

    @property
    def is_empty(self) -> bool:
        """Whether traffic meets all this already."""
        return not self.new_layers and all(each.is_live for each in self.functions)

    @property
    def is_taken_back(self) -> bool:
        """Whether the release was live until a rollback went to older versions, and is to be live again."""
        return any(self.release in each.served.taken_back for each in self.functions)

    @property
    def new_layers(self) -> tuple[PlannedLayer, ...]:
        return tuple(layer for layer in self.layers if layer.published is None)

    @property
    def arriving(self) -> frozenset[str]:
        """The sha256 of each layer that AWS lacks, or that traffic of some function does not meet yet."""
        attached = ((each.served.live.layers, layer) for each in self.functions for layer in each.layers)
        new = [layer for before, layer in attached if isinstance(layer, PlannedLayer) and layer.arn not in before]
        return frozenset(layer.verified.built.sha256 for layer in (*self.new_layers, *new))

    @property
    def uploads(self) -> int:
        """Bytes that will be sent: each new layer once, the code once for each function that lacks it."""
        new = sum(layer.verified.built.zip.stat().st_size for layer in self.new_layers)
        return new + sum(each.code.size for each in self.functions if each.uploads_code)

    def lines(self) -> Iterator[str]:
        """Yield the plan as people read it."""
        if self.functions:
            yield f"release {self.release}"
        for layer in self.layers:
            yield layer.line
        for each in self.functions:
            yield f"  function  {each}"
            yield from (f"  adopted   {line}" for line in each.adoption())
            yield from (f"    {line}" for line in each.moves())
        if self.is_taken_back:
            yield f"  note      release {self.release} was live and was taken back by a rollback: this brings it back"
        yield f"  upload    {size(self.uploads)}"


def make(  # noqa: PLR0913 - where, for whom, and what is to be there
    aws: Aws,
    settings: Settings,
    stage: Stage,
    code: Mapping[str, CodeBundle],
    layers: Sequence[PlannedLayer],
    *,
    foreign: Mapping[str, Path] | None = None,
) -> RolloutPlan:
    """Ask AWS how every function is; raise RolloutError with all that stands in the rollout's way.

    `code` is by function; there is none where the project has layers alone, and then no function to plan for.
    `foreign` are the zips of layers of others, by ARN, as far as they could be had.
    """
    if not code:
        return RolloutPlan(release=_identify(layers), layers=tuple(layers), functions=())
    faults: list[Fault] = []
    plans: list[FunctionPlan] = []
    for each in _observe(aws, settings, stage):
        served = each if isinstance(each, ServedFunction) else without_alias(each)
        if served is not None:
            faults += _unfit(settings, served, layers)
            names = settings.attached(served.function, aws.region)
            plans.append(_plan(served, code[served.function.key], _attached(served, layers, names, foreign or {})))
        else:
            faults.append(_absent(each))
    if faults:
        raise RolloutError(faults)
    return RolloutPlan(release=_identify(layers, code, plans), layers=tuple(layers), functions=tuple(plans))


def _observe(aws: Aws, settings: Settings, stage: Stage) -> Iterator[DeployedFunction]:
    """Yield every function as it is once Lambda has taken in the last change of it."""
    for each in observe(aws, settings, stage):
        if each.latest is not None and each.latest.settling:
            functions.settle(aws, each.name)
            yield read(aws, each.function, each.name)
        else:
            yield each


def _absent(each: DeployedFunction) -> Fault:
    if each.found is None:
        return Fault(each.name, "there is no such function", cure="let `template` make it, or make it by hand")
    return Fault(each.where, f"points to version {each.alias.version if each.alias else 'none'}, which is gone")


def _unfit(settings: Settings, served: ServedFunction, layers: Sequence[PlannedLayer]) -> Iterator[Fault]:
    """Yield what the template and the configuration do not agree on, and what would split traffic."""
    latest, alias = served.latest, served.alias
    for key, wanted in (("Handler", served.function.handler), ("Runtime", settings.runtime)):
        if latest.configuration.get(key) != wanted:
            what = f"has {key} {latest.configuration.get(key)}; config/pipeline.yaml says {wanted}"
            yield Fault(latest.name, what, cure="make the template and config/pipeline.yaml agree")
    if layers and latest.architecture not in {layer.architecture for layer in layers}:
        what = f"runs on {latest.architecture}, for which no layer is built"
        yield Fault(latest.name, what, cure=f"add {latest.architecture} to `architectures`")
    if alias.weighted:
        yield functions.weighted(alias)


def _attached(
    served: ServedFunction, layers: Sequence[PlannedLayer], names: Sequence[str], foreign: Mapping[str, Path]
) -> tuple[PlannedLayer | ForeignLayer, ...]:
    """Pick the function's layers for its architecture, in attach order; those of others are named by their ARNs."""
    wanted = served.latest.configuration.get("Runtime"), served.latest.architecture
    fitting: dict[str, PlannedLayer | ForeignLayer] = {
        layer.name: layer for layer in layers if (layer.runtime, layer.architecture) == wanted
    }
    fitting |= {name: ForeignLayer(name, foreign.get(name)) for name in names if name.startswith("arn:")}
    return tuple(fitting[name] for name in names if name in fitting)


def _own(layers: Sequence[PlannedLayer | ForeignLayer], arn: str) -> bool:
    """Whether a layer version is an earlier one of a layer that is attached."""
    return LayerVersionArn.parse(arn).name in {each.name for each in layers if isinstance(each, PlannedLayer)}


def _plan(served: ServedFunction, code: CodeBundle, layers: tuple[PlannedLayer | ForeignLayer, ...]) -> FunctionPlan:
    plan = FunctionPlan(served=served, code=code, layers=layers, reuse=None)
    if served.alias.exists and plan.has_all(served.live):
        return replace(plan, reuse=served.live)
    if not all(layer.is_there for layer in layers):
        return plan
    return replace(plan, reuse=next((each for each in served.found.versions if plan.has_all(each)), None))


def _identify(
    layers: Sequence[PlannedLayer],
    code: Mapping[str, CodeBundle] | None = None,
    functions: Sequence[FunctionPlan] = (),
) -> str:
    """Name a release by its bytes: the same code and layers are the same release in every account."""
    codes = {key: each.sha256 for key, each in (code or {}).items()}
    one = set(codes.values()) or {""}
    digests = [*one] if len(one) == 1 else [f"{key} {sha256}" for key, sha256 in codes.items()]
    digests += [layer.verified.built.sha256 for layer in layers]
    foreign = (each for function in functions for each in function.layers if isinstance(each, ForeignLayer))
    digests += dict.fromkeys(each.identity for each in foreign)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:12]
