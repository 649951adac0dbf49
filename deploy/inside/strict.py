"""JSON that somebody else may have written, as one of some dataclasses with just their types, or a ValueError.

Text comes without halves of characters: an error may have some, of a file's name, and not every writer takes them.
"""

from __future__ import annotations

import json
from dataclasses import fields
from types import UnionType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = TypeVar("Kind")
_MOST = 1 << 53  # up to here every reader of JSON has the same number


class Reader(Generic[Kind]):
    """Reads objects whose `record` names one of these kinds, dataclasses of text, numbers and tuples of them."""

    def __init__(self, kinds: Sequence[type[Kind]]) -> None:
        self._kinds = {each.__name__: each for each in kinds}
        hints = {name: get_type_hints(kind) for name, kind in self._kinds.items()}
        self._fields: dict[str, Mapping[str, object]] = {
            name: {each.name: hints[name][each.name] for each in fields(kind)}  # type: ignore[arg-type]
            for name, kind in self._kinds.items()
        }

    def read(self, text: str) -> Kind:
        """Return what a text holds; raise ValueError where that is anything else, whatever it is."""
        try:
            return self._made(json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number))
        except RecursionError:
            raise ValueError(f"is nested too deep: {text[:80]}") from None

    def _made(self, raw: object) -> Kind:
        name = raw.pop("record", None) if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(name, str) or name not in self._kinds:
            raise ValueError(f"is no record: {str(raw)[:80]}")
        values: dict[str, Any] = {}
        for field, value in raw.items():
            values[field] = _frozen(value)
            if field not in self._fields[name] or not _is(values[field], self._fields[name][field]):
                raise ValueError(f"{field[:80]!r} of its {name} is something else")
        try:
            return self._kinds[name](**values)
        except TypeError as error:  # a field is lacking
            raise ValueError(str(error)) from error


def _once_each(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("names a field twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _frozen(value: object) -> object:
    """Return what JSON gave with its lists as tuples, and with what is no character written out."""
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _is(value: object, annotation: object) -> bool:
    """Whether a value is what an annotation says, with all that is in it; numbers are counts or measures."""
    kind, parts = get_origin(annotation), get_args(annotation)
    if kind is UnionType:
        return any(_is(value, each) for each in parts)
    if kind is Literal:
        return value in parts
    if kind is tuple:
        return isinstance(value, tuple) and _are(value, parts)
    if annotation in {int, float}:
        return type(value) in {int, annotation} and 0 <= value < _MOST  # type: ignore[operator]
    return type(value) is annotation


def _are(values: tuple[object, ...], annotations: tuple[object, ...]) -> bool:
    if annotations[-1] is Ellipsis:
        return all(_is(each, annotations[0]) for each in values)
    return len(values) == len(annotations) and all(map(_is, values, annotations))
