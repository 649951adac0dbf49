"""Which options of a project start its functions sooner, and its configuration without one of them.

The schema marks them (`x-starts-sooner`), wherever they stand; each member of a list is an option by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from ..keys.faults import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK = "x-starts-sooner"
# A configuration or a schema, as YAML or JSON has it.
Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StartOption:
    """`key` is as the reference names it, wherever a project has it; `member` one of its list, if it is one."""

    key: str
    member: str = ""

    @property
    def of_layer(self) -> bool:
        return self.key.startswith("layers.")

    def __str__(self) -> str:
        return f"{self.key}: {self.member}" if self.member else self.key


def options(raw: Document) -> list[StartOption]:
    """Return what a configuration, as YAML has it, says of them that is not said anyway; each once."""
    return list(dict.fromkeys(each for key, given, _ in _marked(raw) for each in _each(key, given)))


def without(raw: Document, taken: Sequence[StartOption]) -> None:
    """Take options out of a configuration, wherever it has them."""
    for key, given, mapping in list(_marked(raw)):
        left = [each for each in _each(key, given) if each not in taken]
        name = key.rpartition(".")[2]
        if not left:
            del mapping[name]
        elif isinstance(given, list):
            mapping[name] = [each.member for each in left]


def _each(key: str, given: object) -> list[StartOption]:
    members = given if isinstance(given, list) else [""]
    return [StartOption(key=key, member=each) for each in members]


def _marked(raw: Document) -> Iterator[tuple[str, object, Document]]:
    """Yield the key, the value and the mapping of each option that is not as it is anyway."""
    for key, schema, given, mapping in _walked(_schema(), raw, ()):
        # What a function says of its own code stands in place of what is said of all.
        named = key.removeprefix("functions.NAME.")
        if schema.get(MARK) and given != _default(named):
            yield named, given, mapping


def _default(key: str) -> object:
    schema: Any = _schema()
    for name in key.split("."):
        schema = _resolved(schema["additionalProperties"] if name == "NAME" else schema["properties"][name])
    return schema.get("default")


def _walked(
    schema: Document, raw: Document, place: tuple[str, ...]
) -> Iterator[tuple[str, Document, object, Document]]:
    """Yield all keys of a document with their schemas, values and mappings, in the schema's order."""
    known = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for name in [*(each for each in known if each in raw), *(each for each in raw if each not in known)]:
        below = _resolved(known.get(name, others))
        if not isinstance(below, dict):
            continue  # the schema knows no such key, or nothing of it
        here = (*place, name if name in known else "NAME")
        yield ".".join(here), below, raw[name], raw
        if isinstance(raw[name], dict):
            yield from _walked(below, raw[name], here)


def _resolved(schema: object) -> object:
    if isinstance(schema, dict) and "$ref" in schema:
        return {**_schema()["$defs"][schema["$ref"].removeprefix("#/$defs/")], **schema}
    return schema


@cache
def _schema() -> Document:
    schema: Document = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema
