"""pyproject.toml, as far as requirements and their places are concerned: read, or what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from ..errors import Fault, LockError
from . import plain_text

if TYPE_CHECKING:
    from pathlib import Path

NAME = "pyproject.toml"
Table = dict[str, Any]
"""A table of TOML, of which only some keys are known."""
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


class _Workspace(TypedDict, total=False):
    members: list[str]


class _Named(TypedDict, total=False):
    name: str


class _Index(_Named):
    url: str


_Asked = TypedDict("_Asked", {"index-url": str, "extra-index-url": list[str]}, total=False)
_Settings = TypedDict(
    "_Settings",
    {"index": list[_Index], "index-url": str, "extra-index-url": list[str], "find-links": list[str], "pip": _Asked},
    total=False,
)


class _UvSource(TypedDict, total=False):
    """https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources."""

    index: str
    marker: str
    git: str
    tag: str
    branch: str
    subdirectory: str
    path: str
    url: str
    workspace: bool


class _Uv(_Settings, total=False):
    """https://docs.astral.sh/uv/reference/settings/."""

    sources: dict[str, _UvSource | list[_UvSource]]
    workspace: _Workspace


class _PoetrySource(TypedDict):
    """https://python-poetry.org/docs/repositories/; the public index has no address."""

    name: str
    url: NotRequired[str]
    priority: NotRequired[str]


class _PoetryGroup(TypedDict, total=False):
    dependencies: Table


_Poetry = TypedDict(
    "_Poetry",
    {
        "name": str,
        "source": list[_PoetrySource],
        "dependencies": Table,
        "dev-dependencies": Table,
        "extras": Table,
        "group": dict[str, _PoetryGroup],
    },
    total=False,
)


class _Source(TypedDict, total=False):
    """https://pdm-project.org/latest/usage/config/; Pipenv's have a name and an address as well."""

    name: str
    url: str
    include_packages: list[str]
    exclude_packages: list[str]


class _Pdm(TypedDict, total=False):
    source: list[_Source]


class _Tool(TypedDict, total=False):
    uv: _Uv
    poetry: _Poetry
    pdm: _Pdm


class _Pipfile(TypedDict, total=False):
    source: list[_Source]


_Document = TypedDict("_Document", {"project": _Project, "dependency-groups": _Groups, "tool": _Tool}, total=False)
_WHERE = re.compile(r"(?P<what>.*) - at `\$\.(?P<where>.*)`")


def read(path: Path) -> Table:
    """Return a pyproject.toml, nothing where there is none.

    Raises LockError where it is no TOML, or where what is read of it has another shape than its specification says.
    """
    return _shaped(path, _Document, "packaging.python.org/en/latest/specifications/pyproject-toml/ has it")


def uv_settings(path: Path) -> Table:
    """Return a uv.toml; raises as `read`."""
    return _shaped(path, _Settings, "docs.astral.sh/uv/reference/settings/ has it")


def pipfile(path: Path) -> Table:
    """Return a Pipfile; raises as `read`."""
    return _shaped(path, _Pipfile, "pipenv.pypa.io/en/latest/pipfile.html has it")


def _shaped(path: Path, shape: object, cure: str) -> Table:
    if not path.is_file():
        return {}
    document = toml(path)
    import msgspec  # a run that builds from a lock has no need of it

    try:
        msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        found = _WHERE.fullmatch(str(error))
        where, what = (found["where"], found["what"]) if found else ("", str(error))
        raise LockError([Fault(f"{path}: {where}", what, cure=f"correct it, as {cure}")]) from error
    return document


def toml(path: Path, *, cure: str = "") -> Table:
    """Read a TOML file of any kind; raise LockError with the line where it is none."""
    try:
        return tomllib.loads(plain_text.read(path, cure=cure))
    except tomllib.TOMLDecodeError as error:
        raise LockError([Fault(str(path), "is not TOML", cause=str(error), cure="correct that line")]) from error
