"""Everything that is found without AWS: what `check` tells for every stage, and a deploy for its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..aws import uploads
from ..container.digest import RuntimeImage
from ..errors import ConfigError, Fault, PipelineError
from ..layer.spec import every_spec
from ..locking import locked
from ..release import stack
from ..sources.provide import changed
from ..template import source
from ..template_values import TemplateValues
from . import contract, handlers, lengths, parameters, snap_start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..settings import Settings, Stage


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
            for part in settings.parts:
                yield from changed(part, locked.read(part, target).sources)
            image = RuntimeImage(settings.image_of(target.runtime), "")
            every_spec(settings, image, target, partial(locked.pins, target=target))
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
    for stage in stages:
        if fault := uploads.unfit_template(stage, template.body.encode(), template.where):
            yield fault
        try:
            given = parameters.given(stage, environments.get(stage.name, {}))
            values = TemplateValues.of(template, given, stage.region)
            yield from values.faults()
            yield from parameters.faults(values, stage)
            yield from lengths.of_template(values, f"{template.where} in stage {stage.name}")
            yield from snap_start.faults(values)
            if settings.template is not None:
                yield from contract.faults(settings, stage, values)
        except ConfigError as error:
            yield from error.faults
