"""Building and proving what a project has, or proving what was built elsewhere."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from .at_hand import AtHand
from .code import CodePreparation
from .layers import LayerPreparation
from .values import Choices, Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..code.bundle import CodeBundle
    from ..console import Console
    from ..container.digest import RuntimeImage
    from ..layer.values import BuiltLayer
    from ..settings import Architecture, Settings


def prepare(settings: Settings, choices: Choices, environment: Mapping[str, str], console: Console) -> Prepared:
    """Build and verify every layer, bundle the code and try it; raise PipelineError with every fault found."""
    with ExitStack() as opened:
        at_hand = AtHand(settings, choices, environment, console, opened)
        layers, functions = LayerPreparation(at_hand), CodePreparation(at_hand)
        for remark in settings.remarks:
            console.say(remark)
        groups = [layers.layers(target) for target in settings.targets]
        code = {} if choices.only else functions.code(groups[0])
        functions.tell_provided(groups[0])
    return Prepared(
        layers=tuple(each for group in groups for each in group),
        code=code,
        fresh=frozenset(layers.fresh),
        proven_again=not choices.trust_kept,
        foreign=functions.foreign.zips if code else {},
    )


def prove(  # noqa: PLR0913 - what, and how as in `prepare`
    layers: Callable[[Architecture, RuntimeImage], Sequence[BuiltLayer]],
    code: Mapping[str, CodeBundle],
    settings: Settings,
    choices: Choices,
    *,
    environment: Mapping[str, str],
    console: Console,
) -> Prepared:
    """Prove what was built elsewhere, as `prepare` proves what it built; raise PipelineError with every fault found.

    `layers` gives those for an architecture, to be proven in this image. What was proven here before is not tried
    again. Functions are tried on the layers of the first architecture that has any; `code` is theirs, by their keys.
    """
    with ExitStack() as opened:
        at_hand = AtHand(settings, choices, environment, console, opened)
        proving, functions = LayerPreparation(at_hand), CodePreparation(at_hand)
        targets = [each for each in settings.targets if each.runtime == settings.runtime]
        fetched = [layers(each.architecture, at_hand.image(each)) for each in targets]
        groups = [proving.verified(each, from_wheels=False) for each in fetched if each]
        functions.tried(groups[0] if groups else (), code)
    return Prepared(
        layers=tuple(each for group in groups for each in group),
        code=code,
        fresh=frozenset(),
        foreign=functions.foreign.zips if code else {},
    )
