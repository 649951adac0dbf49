"""A template's text as values: YAML with CloudFormation's short forms, or JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from ..documents import yaml_loops


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # the C one is 10 times as fast
    """YAML with CloudFormation's short forms: !Ref x is {"Ref": x}, !Sub x is {"Fn::Sub": x}, and so on."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, object]:
    value: object
    match node:
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_scalar(node)  # type: ignore[arg-type] # the only kind that is left
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def parsed(text: str) -> Any:
    return yaml_loops.refuse(yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader
