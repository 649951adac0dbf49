from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from deploy.documents.reading import decoded
from deploy.documents.schemas import schema
from deploy.documents.writing import as_json
from tests.schemas import faults


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part, which older versions wrote without its mark."""

    name: str
    mark: str | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole with its parts."""

    format: int = 0
    kind: Literal["all"] | tuple[str, ...] = "all"
    parts: tuple[Part, ...]
    said: str | None = None


class Renamed(Struct, frozen=True, kw_only=True, rename={"source": "from"}):
    """A whole from somewhere."""

    source: str
    parts: tuple[Part, ...]


WHOLE = Whole(format=3, parts=(Part(name="a", mark="x"),))
SCHEMA = schema(Whole, "A whole", 3)


def test_a_document_is_as_its_schema_says() -> None:
    assert json.loads(as_json(WHOLE)) == {
        "format": 3,
        "kind": "all",
        "parts": [{"name": "a", "mark": "x"}],
        "said": None,
    }
    assert faults(json.loads(as_json(WHOLE)), SCHEMA) == []


def test_what_is_written_today_lacks_nothing_though_older_versions_left_it_out() -> None:
    document = json.loads(as_json(WHOLE))
    for key in document:
        assert faults({name: value for name, value in document.items() if name != key}, SCHEMA), key
    assert faults(document | {"parts": [{"name": "a"}]}, SCHEMA)


def test_the_version_is_that_of_the_schema_and_a_type_is_held_to() -> None:
    document = json.loads(as_json(WHOLE))
    for wrong in ({"format": 2}, {"kind": "some"}, {"said": 1}, {"parts": [{"name": "a", "mark": None}]}, {"more": 1}):
        assert faults(document | wrong, SCHEMA), wrong


def test_a_schema_has_the_words_and_the_order_of_the_class() -> None:
    assert SCHEMA["description"] == "A whole with its parts."
    assert list(SCHEMA["properties"]) == ["format", "kind", "parts", "said"]
    assert SCHEMA["$defs"]["Part"]["description"] == "A part, which older versions wrote without its mark."


def test_what_was_read_is_written_with_the_keys_that_it_lacked_and_without_those_that_are_not_known() -> None:
    document = json.loads(as_json(decoded('{"parts": [{"name": "a"}]}', Whole)))
    assert document == {"format": 0, "kind": "all", "parts": [{"name": "a"}], "said": None}


def test_a_key_that_is_a_word_of_python_has_another_name_in_the_class() -> None:
    made = Renamed(source="dev", parts=WHOLE.parts)
    assert json.loads(as_json(made)) == {"from": "dev", "parts": [{"name": "a", "mark": "x"}]}
    assert faults(json.loads(as_json(made)), schema(Renamed, "Renamed")) == []
