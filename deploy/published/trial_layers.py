"""The layers of others that functions have, as far as they can be had here: fetched once, from one region.

Building needs no account. So nothing fails where the credentials do not reach a layer: the functions are tried
without it, which is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import AwsError
from ..settings import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ..container.digest import RuntimeImage
    from ..errors import Fault
    from ..layer.values import BuiltLayer
    from ..settings import Settings, Target


@dataclass(frozen=True)
class ForeignLayers:
    """The ARN of each by the name that functions have for it, and the `zips` by ARN that could be had."""

    arns: Mapping[str, str] = field(default_factory=dict)
    zips: Mapping[str, Path] = field(default_factory=dict)

    @property
    def digests(self) -> Mapping[str, str]:
        """Name each by its ARN, which leads to the same bytes for good, and say whether they were there."""
        return {name: f"{arn}{'' if arn in self.zips else ', not read'}" for name, arn in self.arns.items()}

    def opened(self, target: Target, image: RuntimeImage) -> Mapping[str, BuiltLayer]:
        """Open those that could be had, by their names."""
        from . import foreign

        found = {name: self.zips[arn] for name, arn in self.arns.items() if arn in self.zips}
        return {name: foreign.opened(name, path, target, image) for name, path in found.items()}


def fetch(settings: Settings, stage: Stage | None, folder: Path, say: Callable[[str], None]) -> ForeignLayers:
    """Fetch each layer of others that a function has, into the folder of downloads; say which cannot be had, and why.

    `stage` is where they are wanted; without one, the first stage that has them.
    """
    arns: dict[str, str] = {}
    zips: dict[str, Path] = {}
    for name in dict.fromkeys(name for each in settings.functions.values() for name in each.layers):
        if by_region := settings.foreign(name):
            where = _where(settings, stage, by_region)
            arns[name] = by_region[where.region]
            try:
                zips[arns[name]] = _zip(arns[name], where, folder)
            except AwsError as error:
                say(f"{name} is not part of the trial: {'; '.join(map(_plainly, error.faults))}")
            else:
                called = name if name == arns[name] else f"{name} ({arns[name]})"
                say(f"{called} is part of the trial, without its extensions")
    return ForeignLayers(arns, zips)


def _where(settings: Settings, stage: Stage | None, arns: Mapping[str, str]) -> Stage:
    """Return a stage of a region in which there is an ARN."""
    stages = [stage] if stage else []
    fitting = (each for each in (*stages, *settings.stages.values()) if each.region in arns)
    region = next(iter(arns))
    return next(fitting, Stage(name="", region=region, stack=""))


def _zip(arn: str, stage: Stage, folder: Path) -> Path:
    from . import foreign

    if there := foreign.kept(arn, folder):
        return there
    from ..aws.connection import connect
    from .downloads import Downloads

    return foreign.fetch(arn, Downloads(connect(stage), folder))


def _plainly(fault: Fault) -> str:
    return f"{fault.where}: {fault.what}"
