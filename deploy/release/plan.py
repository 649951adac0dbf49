"""What a rollout would do, function by function, from what AWS says: a value that can be printed and tested.

A version is wanted that has the bundle's code, the function's layers and the configuration that the template gave
$LATEST. Where a published version is just that, it is used; where it is live already, there is nothing to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..aws import aliases, functions
from ..aws import layers as versions
from ..console import size
from ..errors import AwsError, Fault, RolloutError
from ..published.functions import AbsentFunction, FunctionTraffic, traffic
from .function_plan import FunctionPlan
from .values import ForeignLayer, PlannedLayer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.functions import FunctionState
    from ..code.bundle import CodeBundle
    from ..settings import Settings, Stage


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


Traffic = Sequence[FunctionTraffic | AbsentFunction]
"""What traffic meets of every function of a stage, in the order of the settings."""


def look(aws: Aws, settings: Settings, stage: Stage) -> Traffic:
    """Read what traffic meets of every function; what Lambda itself is still moving is waited for."""
    return tuple(
        replace(each, alias=aliases.undivided(aws, each.alias)) if isinstance(each, FunctionTraffic) else each
        for each in traffic(aws, settings, stage)
    )


def make(  # noqa: PLR0913 - where, for whom, and what is to be there
    aws: Aws,
    settings: Settings,
    code: Mapping[str, CodeBundle],
    layers: Sequence[PlannedLayer],
    found: Traffic,
    *,
    foreign: Mapping[str, Path] | None = None,
) -> RolloutPlan:
    """Plan for functions as they were `found`; raise RolloutError with all that stands in the rollout's way.

    `code` is by function; there is none where the project has layers alone, and then no function to plan for.
    `foreign` are the zips of layers of others, by ARN, as far as they could be had.
    """
    if not code:
        return RolloutPlan(release=_identify(layers), layers=tuple(layers), functions=())
    faults: list[Fault] = []
    plans: list[FunctionPlan] = []
    new: dict[str, None] = {}
    for served in found:
        if isinstance(served, AbsentFunction):
            faults.append(_absent(served))
        else:
            faults += _unfit(settings, served, layers)
            names = settings.attached(served.function, aws.region)
            new |= dict.fromkeys(each for each in names if each not in served.latest.layers)
            fitting = _attached(served, layers, names, foreign or {})
            plans.append(_plan(aws, served, code[served.function.key], fitting))
    if faults := [*faults, *gone(aws, new)]:
        raise RolloutError(faults)
    return RolloutPlan(release=_identify(layers, code, plans), layers=tuple(layers), functions=tuple(plans))


def gone(aws: Aws, attached: Iterable[str]) -> Iterator[Fault]:
    """Yield a fault for each layer of others that no function can get, of all that functions are to have."""
    for arn in (each for each in attached if each.startswith("arn:")):
        try:
            there = versions.read(aws, arn)
        except AwsError:
            continue  # who may not read it may attach it all the same: Lambda decides
        if there is None:
            cause = "it was deleted, or never published"
            yield Fault(arn, "there is no such layer version", cause, "name one that is there in config/pipeline.yaml")


def _absent(each: AbsentFunction) -> Fault:
    if not each.gone:
        return Fault(each.name, "there is no such function", cure="let `template` make it, or make it by hand")
    return Fault(f"{each.name}:{each.function.alias}", f"points to version {each.gone}, which is gone")


def _unfit(settings: Settings, served: FunctionTraffic, layers: Sequence[PlannedLayer]) -> Iterator[Fault]:
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
        yield aliases.weighted(alias)


def _attached(
    served: FunctionTraffic, layers: Sequence[PlannedLayer], names: Sequence[str], foreign: Mapping[str, Path]
) -> tuple[PlannedLayer | ForeignLayer, ...]:
    """Pick the function's layers for its architecture, in attach order; those of others are named by their ARNs."""
    wanted = served.latest.configuration.get("Runtime"), served.latest.architecture
    fitting: dict[str, PlannedLayer | ForeignLayer] = {
        layer.name: layer for layer in layers if (layer.runtime, layer.architecture) == wanted
    }
    fitting |= {name: ForeignLayer(name, foreign.get(name)) for name in names if name.startswith("arn:")}
    return tuple(fitting[name] for name in names if name in fitting)


def _plan(
    aws: Aws, served: FunctionTraffic, code: CodeBundle, layers: tuple[PlannedLayer | ForeignLayer, ...]
) -> FunctionPlan:
    plan = FunctionPlan(served=served, code=code, layers=layers, reuse=None)
    if served.alias.exists and plan.has_all(served.live):
        return replace(plan, reuse=served.live)
    # It is going to change, which Lambda has to be ready for; lists do not say whether it is.
    plan = replace(plan, served=replace(served, latest=_settled(aws, served.latest)))
    if not all(layer.is_there for layer in layers):
        return plan
    published = functions.versions(aws, served.name)
    return replace(plan, reuse=next((each for each in published if plan.has_all(each)), None))


def _settled(aws: Aws, latest: FunctionState) -> FunctionState:
    """Read $LATEST once Lambda has taken in its last change."""
    now = functions.read(aws, latest.name)
    if now is not None and now.settling:
        functions.settle(aws, latest.name)
        now = functions.read(aws, latest.name)
    return now or latest


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
