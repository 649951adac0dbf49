"""What is wrong with `functions`: names that two have, and what the pipeline's own template cannot be made of."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from ..settings import FunctionResources
from ..template import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ENVIRONMENT_BYTES = 4096
"""Of all variables of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""


def faults(raw: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield where, what and cure; values of the wrong kind are passed over, which the schema says."""
    functions = {key: _keys(each) for key, each in _keys(raw.get("functions")).items()}
    yield from _same_name(functions)
    if "template" in raw:
        yield from _twofold(functions)
    else:
        yield from _unmade(functions)


def _same_name(functions: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, str]]:
    taken: dict[str, str] = {}
    for key, function in functions.items():
        name = function.get("name")
        if isinstance(name, str) and (first := taken.setdefault(name, key)) != key:
            yield f"functions.{key}.name", f"{name} is the name of functions.{first} too", "give it another"


def _twofold(functions: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, str]]:
    """Yield what the project's own template says already, or has to."""
    own = {each.name.replace("_", "-") for each in fields(FunctionResources)}
    for key, function in functions.items():
        for each in function:
            if each in own:
                yield f"functions.{key}.{each}", "is for `template` to say, which the project has", "say it there"


def _unmade(functions: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, str]]:
    """Yield what no template can be made of."""
    for key, why in names.ambiguous(functions):
        yield f"functions.{key}", why, "give it another key; the function's name may stay"
    parameters: dict[str, str] = {}
    for key, function in functions.items():
        variables = _keys(function.get("environment"))
        for name, value in variables.items():
            if isinstance(parameter := _keys(value).get("parameter"), str):
                parameters.setdefault(parameter, f"functions.{key}.environment.{name}")
        literal = {name: value for name, value in variables.items() if isinstance(value, str)}
        if (size := len(json.dumps(literal).encode())) > _ENVIRONMENT_BYTES:
            yield f"functions.{key}.environment", f"has {size:,} bytes; Lambda allows {_ENVIRONMENT_BYTES:,}", ""
    for name, where in names.taken(functions, parameters):
        yield where, f"{name} is the name of a resource in the template", "give the parameter another name"


def _keys(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
