"""What a JSON schema allows, in words: the type of a value, and the keys that an object has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLACEHOLDER = "NAME"
_PLAIN = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "null": "nothing",
    "object": "a mapping",
    "array": "a list",
}


@dataclass(frozen=True)
class Key:
    """A key by its dotted path, such as layers.NAME.trim.tests, with what its schema says."""

    path: str
    schema: Mapping[str, Any]
    is_required: bool


def keys(root: Mapping[str, Any], schema: Mapping[str, Any] | None = None, path: str = "") -> Iterator[Key]:
    """Yield every key that a schema names, each before those below it; NAME is one that the user chooses."""
    here = resolved(root, root if schema is None else schema)
    required = here.get("required", ())
    for name, below in here.get("properties", {}).items():
        yield from _key(root, below, _joined(path, name), is_required=name in required)
    below = here.get("additionalProperties")
    if isinstance(below, dict) and below:
        yield from keys(root, below, _joined(path, _PLACEHOLDER))
    if isinstance(items := here.get("items"), dict):
        yield from keys(root, items, f"{path}[]")
    for each in [*here.get("anyOf", ()), *here.get("oneOf", ())]:
        yield from keys(root, each, path)


def _key(root: Mapping[str, Any], schema: Mapping[str, Any], path: str, *, is_required: bool) -> Iterator[Key]:
    yield Key(path, resolved(root, schema), is_required)
    yield from keys(root, schema, path)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference within the same file; what stands beside it comes first."""
    pointer = schema.get("$ref")
    if pointer is None:
        return schema
    target: Any = root
    for part in str(pointer).removeprefix("#/").split("/"):
        target = target[part]
    found: Mapping[str, Any] = resolved(root, target)
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}


def kind(root: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Say what a value may be.

    >>> kind({}, {"type": "array", "items": {"enum": ["x86_64", "arm64"]}, "minItems": 1})
    'a list with at least 1 of `x86_64`, `arm64`'
    >>> kind({}, {"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]})
    '`all`, or a list of text'
    """
    here = resolved(root, schema)
    if "const" in here:
        return f"`{_written(here['const'])}`"
    if "enum" in here:
        return _one_of(here["enum"])
    if variants := here.get("anyOf") or here.get("oneOf"):
        return ", or ".join(kind(root, each) for each in variants)
    return _typed(root, here)


def _typed(root: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    types = here.get("type", "object" if "properties" in here else None)
    if isinstance(types, list):
        return ", or ".join(kind(root, {**here, "type": each}) for each in types)
    if types == "array":
        return _list(root, here)
    if types == "object":
        return _mapping(root, here)
    return _PLAIN.get(str(types), "anything") + _bounds(here)


def _one_of(values: list[Any]) -> str:
    names = [f"`{_written(each)}`" for each in values]
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _list(root: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    least = f" with at least {schema['minItems']}" if "minItems" in schema else ""
    most = f" with at most {schema['maxItems']}" if "maxItems" in schema else ""
    if "items" not in schema:
        return f"a list{least}{most}"
    return f"a list{least}{most} of {kind(root, schema['items']).removeprefix('one of ').removeprefix('a ')}"


def _mapping(root: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    below = schema.get("additionalProperties")
    if isinstance(below, dict) and below:
        names = schema.get("propertyNames", {})
        called = _one_of(names["enum"]) if "enum" in names else f"each {_PLACEHOLDER}"
        return f"a mapping from {called} to {kind(root, below)}"
    if "properties" in schema:
        return "a mapping with the keys below" if schema["properties"] else "an empty mapping"
    return "a mapping"


def _bounds(schema: Mapping[str, Any]) -> str:
    """Say what limits a plain value: its pattern, length or size."""
    said = []
    if "pattern" in schema:
        said.append(f"that matches `{schema['pattern']}`")
    if "maxLength" in schema:
        said.append(f"of at most {schema['maxLength']} characters")
    if "minimum" in schema:
        said.append(f"from {schema['minimum']}")
    if "maximum" in schema:
        said.append(f"to {schema['maximum']}")
    if "format" in schema:
        said.append(f"({schema['format']})")
    return f" {' '.join(said)}" if said else ""


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def default(schema: Mapping[str, Any]) -> str:
    """Return how a default is written in YAML; empty where there is none."""
    if "default" not in schema:
        return ""
    value = schema["default"]
    return f"`{json.dumps(value)}`" if value in ("", [], {}) else f"`{_written(value)}`"
