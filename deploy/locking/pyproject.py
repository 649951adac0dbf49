"""pyproject.toml, as far as requirements and their places are concerned: read, or what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, TypedDict

from ..errors import Fault, LockError
from . import plain_text

if TYPE_CHECKING:
    from pathlib import Path

NAME = "pyproject.toml"
# https://packaging.python.org/en/latest/specifications/pyproject-toml/
_Project = TypedDict(
    "_Project",
    {
        "name": str,
        "dependencies": list[str],
        "dynamic": list[str],
        "optional-dependencies": dict[str, list[str]],
        "requires-python": str,
    },
    total=False,
)
# https://packaging.python.org/en/latest/specifications/dependency-groups/
_Include = TypedDict("_Include", {"include-group": str})
_Groups = dict[str, list[str | _Include]]


class _Index(TypedDict):
    url: str


class _Workspace(TypedDict, total=False):
    members: list[str]


class _Uv(TypedDict, total=False):
    """https://docs.astral.sh/uv/reference/settings/."""

    index: list[_Index]
    sources: dict[str, dict[str, Any] | list[Any]]
    workspace: _Workspace


class _Tool(TypedDict, total=False):
    uv: _Uv
    poetry: dict[str, Any]


_Document = TypedDict("_Document", {"project": _Project, "dependency-groups": _Groups, "tool": _Tool}, total=False)
_WHERE = re.compile(r"(?P<what>.*) - at `\$\.(?P<where>.*)`")


def read(path: Path) -> dict[str, Any]:
    """Return a pyproject.toml, nothing where there is none.

    Raises LockError where it is no TOML, or where what is read of it has another shape than its specification says.
    """
    if not path.is_file():
        return {}
    document = toml(path)
    import msgspec  # a run that builds from a lock has no need of it

    try:
        msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        found = _WHERE.fullmatch(str(error))
        where, what = (found["where"], found["what"]) if found else ("", str(error))
        cure = "correct it, as packaging.python.org/en/latest/specifications/pyproject-toml has it"
        raise LockError([Fault(f"{path}: {where}", what, cure=cure)]) from error
    return document


def toml(path: Path, *, cure: str = "") -> dict[str, Any]:
    """Read a TOML file of any kind; raise LockError with the line where it is none."""
    try:
        return tomllib.loads(plain_text.read(path, cure=cure))
    except tomllib.TOMLDecodeError as error:
        raise LockError([Fault(str(path), "is not TOML", cause=str(error), cure="correct that line")]) from error
