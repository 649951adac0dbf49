"""What a value in a CloudFormation template refers to, read from it without working it out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What is decided outside the template, or only when the stack is made.
_OUTSIDE = {
    "Fn::ImportValue",
    "Fn::GetAtt",
    "Fn::Transform",
    "Fn::GetAZs",
    "Fn::Cidr",
    "Fn::ToJsonString",
    "Fn::Length",
}
UNKNOWN = ""
"""Stands for a reference to what cannot be known without AWS."""


def of(raw: object, conditions: Mapping[str, object]) -> Iterator[str]:
    """Yield the names of parameters and resources that decide a value, through conditions too, and UNKNOWN."""
    for name, argument in _functions(raw):
        if name == "Ref":
            yield str(argument)
        elif name == "Fn::Sub":
            yield from (each if "." not in each else UNKNOWN for each in substituted(argument))
        elif name in {"Fn::If", "Condition"}:
            condition = argument[0] if isinstance(argument, list) else argument
            yield from of(conditions.get(condition, {"Ref": UNKNOWN}), conditions)
        elif name in _OUTSIDE or name.startswith("Fn::ForEach"):
            yield UNKNOWN
    if "{{resolve:" in str(raw):
        yield UNKNOWN


def named(raw: object) -> Iterator[str]:
    """Yield every name that a value refers to, of parameters, pseudo parameters and resources."""
    for name, argument in _functions(raw):
        if name == "Ref" and isinstance(argument, str):
            yield argument
        elif name == "Fn::GetAtt":
            first = argument[0] if isinstance(argument, list) else str(argument).partition(".")[0]
            yield from [first] if isinstance(first, str) else []
        elif name == "Fn::Sub":
            yield from (each.partition(".")[0] for each in substituted(argument))


def substituted(argument: object) -> Iterator[str]:
    """Yield the names in the text of a Sub that are not its own."""
    text, own = argument if isinstance(argument, list) else (argument, {})
    for found in re.findall(r"\$\{([^!}][^}]*)\}", str(text)):
        if found.strip() not in own:
            yield found.strip()


def _functions(raw: object) -> Iterator[tuple[str, Any]]:
    """Yield every function in a value with its argument, those within arguments too."""
    if isinstance(raw, list):
        for each in raw:
            yield from _functions(each)
    elif isinstance(raw, dict):
        for name, argument in raw.items():
            if len(raw) == 1 and (name in {"Ref", "Condition"} or str(name).startswith("Fn::")):
                yield str(name), argument
            yield from _functions(argument)
