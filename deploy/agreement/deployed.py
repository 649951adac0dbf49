"""Functions that exist and that no template of the project makes: whether they are what the configuration says."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..aws import functions
from ..errors import Fault, RolloutError
from ..release import existing
from ..settings import FunctionResources

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..aws.connection import Aws
    from ..aws.functions import FunctionState
    from ..settings import Function, Settings, Stage


def refuse(aws: Aws, settings: Settings, stage: Stage) -> None:
    """Raise RolloutError with every way in which functions that exist are not what a deploy could change."""
    if found := list(faults(aws, settings, stage, existing.keys(aws, settings, stage))):
        raise RolloutError(found)


def faults(aws: Aws, settings: Settings, stage: Stage, existing: Collection[str]) -> Iterator[Fault]:
    """Yield in what the functions of these keys are not as config/pipeline.yaml says."""
    for key in sorted(existing):
        function = settings.functions[key]
        state = functions.read(aws, f"{function.name}{stage.suffix}")
        if state is not None:
            yield from _differences(settings, function, state)


def _differences(settings: Settings, function: Function, state: FunctionState) -> Iterator[Fault]:
    cure = f"make it and functions.{function.key} agree: who made the function decides these"
    for key, wanted in (("Handler", function.handler), ("Runtime", settings.runtime)):
        if (has := state.configuration.get(key)) != wanted:
            yield Fault(state.name, f"has {key} {has}; config/pipeline.yaml says {wanted}", cure=cure)
    if state.architecture not in settings.architectures:
        built = " and ".join(settings.architectures)
        yield Fault(state.name, f"runs on {state.architecture}; config/pipeline.yaml builds for {built}", cure=cure)
    for key, has, wanted in _resources(function, state):
        if has != wanted:
            yield Fault(state.name, f"has {key} {has}; functions.{function.key}.{key} is {wanted}", cure=cure)


def _resources(function: Function, state: FunctionState) -> Iterator[tuple[str, object, Any]]:
    """Yield what the configuration says of a function's size, where it says anything, beside what AWS has."""
    said = state.configuration
    there = {
        "memory": said.get("MemorySize"),
        "timeout": said.get("Timeout"),
        "ephemeral_storage": said.get("EphemeralStorage", {}).get("Size"),
        "snap_start": "SnapStart" in said,
    }
    for each in fields(FunctionResources):
        wanted = getattr(function.resources, each.name)
        if each.name in there and wanted != each.default and there[each.name] is not None:
            yield each.name.replace("_", "-"), there[each.name], wanted
