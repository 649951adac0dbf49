"""Reads JSON into the type of a document. Unknown keys are passed over: a later version may add some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

_Document = TypeVar("_Document")


class UnreadableError(ValueError):
    """JSON that is not of the type that was asked for; its text says what is wrong, and where in the document."""


@dataclass(frozen=True)
class _Format:
    format: int = 0


def decoded(content: bytes | str, kind: type[_Document], newest: int | None = None) -> _Document:
    """Read a document; raise UnreadableError where it is none of this kind.

    With `newest` the document counts its versions in the key `format`, and one that counts further is refused. A
    document without that key is of the time before it, 0.
    """
    if newest is not None and (found := _decoded(content, _Format).format) > newest:
        raise UnreadableError(f"a newer version wrote it: format {found}, and {newest} is the newest known here")
    return _decoded(content, kind)


def _decoded(content: bytes | str, kind: type[_Document]) -> _Document:
    import msgspec  # a run that reads no document does without it

    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:  # a ValidationError is a DecodeError
        raise UnreadableError(str(error)) from error
    except RecursionError as error:
        raise UnreadableError("its JSON is nested too deep") from error
