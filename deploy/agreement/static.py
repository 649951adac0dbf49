"""Everything that is found without AWS: what `check` tells for every stage, and a deploy for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..container.digest import RuntimeImage
from ..errors import ConfigError, Fault, PipelineError
from ..layer.spec import specs
from ..locking import locked
from ..release import stack
from ..sources.provide import changed
from ..template import source
from ..template_values import TemplateValues
from . import contract, handlers, lengths, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..settings import Settings, Stage

_TEMPLATE_BYTES = 51_200
"""Of a template that a call takes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html."""


def faults(
    settings: Settings, stages: Sequence[Stage], environments: Mapping[str, Mapping[str, str]]
) -> tuple[Fault, ...]:
    """Return every fault, each once; `environments` are what the stages' parameters are read from, by stage."""
    found = [*handlers.faults(settings), *_of_lock(settings), *_of_template(settings, stages, environments)]
    return tuple(dict.fromkeys(found))


def refuse(settings: Settings, stage: Stage, environment: Mapping[str, str], *, builds: bool = True) -> None:
    """Raise ConfigError with every fault that a deploy of a stage would meet later, when much is done already.

    `builds` is whether the project's sources and lock as they are here go to the stage.
    """
    environments = {stage.name: environment}
    found = faults(settings, [stage], environments) if builds else _of_template(settings, [stage], environments)
    if every := dict.fromkeys([*found, *_unset(settings, stage, environment)]):
        raise ConfigError(every)


def _unset(settings: Settings, stage: Stage, environment: Mapping[str, str]) -> tuple[Fault, ...]:
    """Return the variables that parameters are to be read from and that are not set."""
    try:
        stack.parameters(stage, environment)
    except ConfigError as error:
        return error.faults if settings.has_stack else ()
    return ()


def _of_lock(settings: Settings) -> Iterator[Fault]:
    for target in settings.targets:
        try:
            lock = locked.read(settings, target)
            yield from changed(settings, lock.sources)
            specs(settings, lock.pins, RuntimeImage(settings.image_of(target.runtime), ""), target)
        except PipelineError as error:
            yield from error.faults


def _of_template(
    settings: Settings, stages: Sequence[Stage], environments: Mapping[str, Mapping[str, str]]
) -> Iterator[Fault]:
    try:
        template = source.read(settings)
    except ConfigError as error:
        yield from error.faults
        return
    if template is None:
        return
    if (size := len(template.body.encode())) > _TEMPLATE_BYTES:
        yield Fault(template.where, f"is {size:,} bytes; a template may have {_TEMPLATE_BYTES:,}")
    for stage in stages:
        try:
            given = parameters.given(stage, environments.get(stage.name, {}))
            values = TemplateValues.of(template, given, stage.region)
            yield from values.faults()
            yield from parameters.faults(values, stage)
            yield from lengths.of_template(values, f"{template.where} in stage {stage.name}")
            if settings.template is not None:
                yield from contract.faults(settings, stage, values)
        except ConfigError as error:
            yield from error.faults
