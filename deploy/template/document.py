"""The pipeline's own template as text: made from the configuration alone, the same for every stage."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from ..settings import FromParameter
from . import alarms, function, sources
from .function import Named
from .intrinsics import dumped
from .names import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..settings import Function, Settings

_HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: {description}

# Made from `functions` in config/pipeline.yaml. The pipeline owns three things once they exist: a function's code, its
# layers, and the version that its alias points to. What stands for them here is of a function without a release.
"""
_DESCRIPTIONS = {
    "Stage": "What this stack is for",
    "NameSuffix": "Appended to every name, so that several stages fit into an account",
    "RoleBoundary": "The ARN of the permissions boundary that the functions' roles are made within, if any",
    "AlarmTopicArn": "The SNS topic that alarms are told to; without one they are seen in CloudWatch alone",
}


def text(settings: Settings, functions: Sequence[Function]) -> str:
    """Write the template of these functions, of which there is one at least."""
    named = [Named(each, settings) for each in functions]
    names = dumped(f"Functions {', '.join(each.name for each in functions)}"[:1024]).rstrip(" .\n")
    parts = [_HEAD.format(description=names.removesuffix("\n..."))]
    parts += [_section("Parameters", dict(_parameters(functions)))]
    with_alarms = any(each.own.alarms for each in named)
    parts.append(_section("Conditions", {**function.CONDITIONS, **(alarms.CONDITIONS if with_alarms else {})}))
    parts.append("Resources:\n" + "\n".join(map(_resources, named)))
    if outputs := dict(chain.from_iterable(map(sources.outputs, named))):
        parts.append(_section("Outputs", outputs))
    return "\n".join(parts)


def _resources(named: Named) -> str:
    made = chain(function.resources(named), sources.resources(named), alarms.resources(named))
    return "\n".join(dumped({name: resource}, indent=2) for name, resource in made)


def _parameters(functions: Sequence[Function]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the parameters: those that every template has, without an alarm no topic, and those of the variables."""
    with_alarms = any(each.resources.alarms for each in functions)
    for name in GIVEN:
        if name != "AlarmTopicArn" or with_alarms:
            default = {} if name == "Stage" else {"Default": ""}
            yield name, {"Description": _DESCRIPTIONS[name], "Type": "String", **default}
    for name in asked(functions):
        if name not in GIVEN:
            yield name, {"Type": "String"}


def asked(functions: Sequence[Function]) -> tuple[str, ...]:
    """Name the parameters that the functions' variables are given by."""
    values = chain.from_iterable(each.resources.environment.values() for each in functions)
    return tuple(dict.fromkeys(each.parameter for each in values if isinstance(each, FromParameter)))


def _section(name: str, value: dict[str, Any]) -> str:
    return dumped({name: value})
