"""Names for a layer's versions that other projects can follow, which Lambda lacks: SSM parameters that hold an ARN.

    /layers/<layer>/next            the newest version that was published
    /layers/<layer>/stable          the version that somebody said is good
    /layers/<layer>/stable-arm64    the same, for what is not the project's first architecture and its runtime

`next` only ever goes forward, on its own; `stable` goes where it is sent, and back. A parameter that holds a version
for one runtime and architecture is never made to hold one for another: what follows it would break.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from ..aws import layers, parameters
from ..aws.arns import LayerVersionArn
from ..errors import AwsError, Fault, RolloutError
from ..settings import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..aws.parameters import Parameter
    from ..settings import Architecture, Layer, Settings

NEXT = "next"
STABLE = "stable"


@dataclass(frozen=True, kw_only=True)
class ChannelMove:
    """A parameter as it was read, None where there is none yet, and the layer version that it is to hold.

    `after` is empty where that version is still to be published.
    """

    name: str
    region: str
    before: Parameter | None
    after: str

    @property
    def is_made(self) -> bool:
        return self.before is not None and self.before.value == self.after

    @property
    def origin(self) -> str:
        return _short(self.before.value) if self.before else "nothing"

    @property
    def to(self) -> str:
        return _short(self.after) if self.after else "the new version"

    def __str__(self) -> str:
        return f"{self.name}  {self.origin} -> {self.to}"


def name(settings: Settings, layer: Layer, channel: str, target: Target) -> str:
    return f"{layer.channels}/{layer.name}/{channel}{settings.suffix(target)}"


def target_of(version: LayerVersion) -> Target | None:
    """Return what a version is for; None where it is for several, as none of the pipeline's is, or does not say."""
    if len(version.runtimes) != 1 or len(version.architectures) != 1:
        return None
    return Target(version.runtimes[0], cast("Architecture", version.architectures[0]))


def names(settings: Settings, layer: Layer, targets: Iterable[Target]) -> list[str]:
    """List the parameters of a layer that may be there; none where it has no channels."""
    if layer.channels is None:
        return []
    return [name(settings, layer, channel, target) for target in sorted(targets) for channel in (STABLE, NEXT)]


def held(aws: Aws, layer: Layer, found: Mapping[str, Parameter]) -> dict[int, tuple[str, ...]]:
    """Return which versions of a layer parameters hold, by number, with the parameters' names."""
    by_version: dict[int, list[str]] = {}
    for parameter in found.values():
        if _is_of(aws, layer, parameter.value):
            by_version.setdefault(_number(parameter.value), []).append(parameter.name)
    return {version: tuple(sorted(each)) for version, each in by_version.items()}


def forward(move: ChannelMove) -> ChannelMove | None:
    """Return a move of `next` where it goes forward; None where it is there, or further on, already."""
    if move.before is not None and move.after and _number(move.after) <= _number(move.before.value):
        return None
    return move


def faults(aws: Aws, layer: Layer, move: ChannelMove, target: Target) -> Iterator[Fault]:
    """Yield why a parameter must not be moved: SSM's rules, or what it holds."""
    yield from parameters.unfit(aws, move.name, move.after or f"{layer.name}:1")
    if move.before is None:
        return
    if not _is_of(aws, layer, move.before.value):
        cure = "delete it, or give the layer another path: layers.<name>.channels"
        yield Fault(
            move.name, f"holds {move.before.value!r}, no version of {layer.name}", "it is somebody else's", cure
        )
    elif (was := _target(aws, move.before)) not in {None, target}:
        yield Fault(
            move.name,
            f"holds a version for {was}, and would get one for {target}: what follows it would break",
            cause="`architectures` or `runtime` begins with another than before",
            cure="put the new one behind the old one, or delete the parameter on purpose",
        )


def move(aws: Aws, planned: ChannelMove) -> ChannelMove:
    """Write the parameter and read it back; raise RolloutError where somebody else wrote it meanwhile."""
    expected = (planned.before.version if planned.before else 0) + 1
    lost: AwsError | None = None
    try:
        written = parameters.write(
            aws,
            planned.name,
            planned.after,
            description=f"{_short(planned.after)}, by channelwright",
            new=not planned.before,
        )
    except AwsError as error:
        # Its answer may have been lost on the way back: then it is written, and once.
        lost, written = error, expected
    there = parameters.read(aws, [planned.name]).get(planned.name)
    if there is None or (there.value, there.version if lost else written) != (planned.after, expected):
        raise lost or RolloutError([_raced(planned, there)])
    return replace(planned, before=there)


def _number(arn: str) -> int:
    return LayerVersionArn.parse(arn).version


def _short(value: str) -> str:
    """Name the layer version that a parameter holds; what else it may hold, as it is."""
    arn = LayerVersionArn.match(value)
    return arn.short if arn else value


def _is_of(aws: Aws, layer: Layer, value: str) -> bool:
    arn = LayerVersionArn.match(value)
    return arn is not None and (arn.region, arn.account, arn.name) == (aws.region, aws.account, layer.name)


def _target(aws: Aws, parameter: Parameter) -> Target | None:
    """Return what the version is for that a parameter holds; None where that version is gone."""
    found = layers.read(aws, parameter.value)
    return target_of(found[0]) if found else None


def _raced(planned: ChannelMove, there: Parameter | None) -> Fault:
    return Fault(
        planned.name,
        f"was written by somebody else at the same time; it holds {there.value if there else 'nothing'} now",
        cause="another deployment, or a person, moved it",
        cure="let that end, see that it is right, and run it again",
    )
