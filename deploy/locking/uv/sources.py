"""Where a project's own dependencies lie, as `tool.uv.sources` of its pyproject.toml says.

https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources: folders, members of the workspace,
repositories. An index that a source names is asked like the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from ...errors import Fault, LockError
from .. import pyproject
from ..lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_NAME = pyproject.NAME


def redirected(folder: Path, lines: Iterable[str]) -> list[str]:
    """Return a project's requirements, those with a source of their own as `name @ place`, relative to `folder`."""
    return [found or line for line, found in _places(folder, lines)]


def of_dependencies(folder: Path) -> list[str]:
    """Return, of what the project in a folder depends on, that which has a source of its own."""
    lines = pyproject.read(folder / _NAME).get("project", {}).get("dependencies", [])
    return [found for _, found in _places(folder, lines) if found]


def _places(folder: Path, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each line with what takes its place, nothing where an index has it."""
    known: Mapping[str, Any] = pyproject.read(folder / _NAME).get("tool", {}).get("uv", {}).get("sources", {})
    sources = {normalised(name): each for name, each in known.items()}
    for line in lines:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            yield line, ""
            continue
        found = sources.get(normalised(wanted.name), [])
        for each in found if isinstance(found, list) else [found]:
            yield line, _place(folder, wanted, each)
        if not found:
            yield line, ""


def _place(folder: Path, wanted: Requirement, source: Mapping[str, Any]) -> str:
    markers = [str(each) for each in (wanted.marker, source.get("marker")) if each]
    marker = f" ; {' and '.join(f'({each})' for each in markers)}" if markers else ""
    extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
    if source.get("workspace"):
        place = str(_member(folder, wanted.name))
    elif "git" in source:
        revision = source.get("rev") or source.get("tag") or source.get("branch") or ""
        within = f"#subdirectory={source['subdirectory']}" if "subdirectory" in source else ""
        place = f"git+{source['git']}@{revision}{within}"
    else:
        place = source.get("path") or source.get("url") or ""
        place = place if "/" in place or not place else f"./{place}"
    return f"{wanted.name}{extras} @ {place}{marker}" if place else ""


def members(root: Path) -> frozenset[Path]:
    """Return the folders of a workspace, resolved, by its root; none where the folder is the root of none."""
    workspace = pyproject.read(root / _NAME).get("tool", {}).get("uv", {}).get("workspace", {})
    return frozenset(each.resolve() for each in _matching(root, workspace))


def _matching(root: Path, workspace: Mapping[str, Any]) -> Iterator[Path]:
    """Yield what the patterns of a workspace match; raise LockError for one that is none below its root."""
    for pattern in workspace.get("members", []):
        try:
            yield from sorted(root.glob(pattern))
        except (ValueError, NotImplementedError) as error:
            where = f"{root / _NAME}: tool.uv.workspace.members"
            cure = "write one below the folder of that file, such as packages/*"
            raise LockError([Fault(where, f"{pattern!r} is no pattern of folders", str(error), cure)]) from error


def _member(folder: Path, name: str) -> Path:
    """Find a member of the workspace that a folder is in, by its name."""
    for root in (folder, *folder.parents):
        workspace = pyproject.read(root / _NAME).get("tool", {}).get("uv", {}).get("workspace")
        if workspace is None:
            continue
        for member in _matching(root, workspace):
            project = pyproject.read(member / _NAME).get("project", {})
            if normalised(project.get("name", "")) == normalised(name):
                return member
        if normalised(pyproject.read(root / _NAME).get("project", {}).get("name", "")) == normalised(name):
            return root
        break
    where = f"{folder / _NAME}: tool.uv.sources.{name}"
    raise LockError([Fault(where, "the workspace has no such member", cure="correct it, or `members` at its root")])
