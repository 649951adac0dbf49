"""Writes a document as JSON, its keys in the order of its fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from msgspec import UNSET, Struct

from ..terminal.characters import plain_json


def as_json(document: object) -> str:
    """Return a document as indented ASCII, which every terminal and every file takes, with a newline at its end."""
    return plain_json(json.dumps(_plain(document), indent=1)) + "\n"


def _plain(value: object) -> object:
    """Return a value as what JSON has; a key that is UNSET is left out.

    msgspec's own to_builtins leaves out each key of a dataclass that it read by its default.
    """
    if isinstance(value, Struct):
        pairs = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        return _told({key: getattr(value, name) for key, name in pairs})
    if is_dataclass(value) and not isinstance(value, type):
        return _told({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _told(values: dict[str, object]) -> dict[str, object]:
    return {key: _plain(value) for key, value in values.items() if value is not UNSET}
