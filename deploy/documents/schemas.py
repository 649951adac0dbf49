"""The JSON schema of a document, from the annotations and docstrings of its dataclasses.

A schema describes what is written today: every key is there, and one that an older version left out is required too.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_COUNTS = "counts up when a key changes its meaning or goes; keys may be added without"


def schema(kind: type, title: str, version: int | None = None) -> dict[str, Any]:
    """Return the schema of a document that is written as `documents.writing` does; `version` is its `format`."""
    import msgspec

    (root,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = definitions.pop(str(root["$ref"]).rpartition("/")[2])
    own["properties"] = {name: own["properties"][name] for name in _names(kind)}
    if version is not None:
        own["properties"]["format"] = {"const": version, "description": _COUNTS}
    made = {"$schema": _DIALECT, **_written(own), "title": title}
    return made | {"$defs": {name: _written(each) for name, each in sorted(definitions.items())}}


def _names(kind: type) -> tuple[str, ...]:
    """Return the keys of a document in order: a dataclass's fields, or a msgspec.Struct's, which may rename them."""
    renamed: tuple[str, ...] | None = getattr(kind, "__struct_encode_fields__", None)
    return renamed or tuple(field.name for field in fields(kind))


def _written(raw: dict[str, Any]) -> dict[str, object]:
    """Take the defaults out of an object's schema, and with them that a key may be missing."""
    properties = {
        name: {key: each[key] for key in each if key != "default"} for name, each in raw["properties"].items()
    }
    return {**raw, "properties": properties, "required": list(properties)}
