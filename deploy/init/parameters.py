"""Which parameters of the template functions' variables become: those that are not the same for all stages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..template.names import GIVEN
from .values import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .values import FoundFunction, Value

_STAGE = "Stage"


def names(functions: Sequence[FoundFunction]) -> dict[tuple[str, str], str]:
    """Return by function and variable the name of its parameter: shared with others whose values are the same."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, Value] = {}
    for key, variable, value in _open(functions):
        own = _own(variable, value)
        # Where only a deploy knows a value, all functions read it of the environment variable of that name.
        name = own if taken.setdefault(own, value) == value else _parameter(f"{key}_{variable}")
        taken.setdefault(name, value)
        found[key, variable] = name
    return found


def of_stage(functions: Sequence[FoundFunction], stage: str) -> dict[str, object]:
    """Return the parameters of a stage, each with its value there; those that every template has are left out."""
    named = names(functions)
    given = {named[key, variable]: (variable, value) for key, variable, value in _open(functions)}
    return {
        name: {"env": variable} if value is None or isinstance(value, str) else value[stage]
        for name, (variable, value) in given.items()
        if name not in GIVEN
    }


def _open(functions: Sequence[FoundFunction]) -> Iterator[tuple[str, str, Value]]:
    for each in functions:
        for variable, value in each.environment.items():
            if not isinstance(value, str):
                yield each.key, variable, value


def _own(variable: str, value: Value) -> str:
    """Name the parameter of a variable, were it the only one; a stage's own name has one in every template."""
    if value == {stage: stage for stage in STAGES}:
        return _STAGE
    name = _parameter(variable)
    return f"{name}Value" if name in GIVEN and value is not None else name


def _parameter(text: str) -> str:
    """Name a template's parameter: letters and digits.

    >>> _parameter("TABLE_NAME")
    'TableName'
    """
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", text))
