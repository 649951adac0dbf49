"""A layer's files as folders, each file with what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ..published.contents import HeldFile

KINDS = {
    "source": "Python source",
    "bytecode": "bytecode",
    "native": "native library",
    "metadata": "metadata and licences",
    "data": "data",
}
"""What a file can be for, by the key that style and script know it by."""

DEEPEST = 64
"""Folders that are told apart in a path. Nobody's modules lie deeper; a zip that was made to hurt could."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file, with sizes in bytes; `change` is added, changed or empty."""

    name: str
    path: str
    size: int
    zipped: int
    kind: str
    package: str
    change: str


@dataclass(frozen=True)
class Folder:
    """A folder. `children` are the largest first, so that equal layers are laid out equally."""

    name: str
    path: str
    children: tuple[Folder | File, ...]

    @cached_property
    def size(self) -> int:
        return sum(child.size for child in self.children)

    @cached_property
    def zipped(self) -> int:
        return sum(child.zipped for child in self.children)


@dataclass
class _Opened:
    """A folder that is being filled. A zip may have a file and a folder of one name: they are kept apart."""

    path: str
    folders: dict[str, _Opened] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    def folder(self, name: str) -> _Opened:
        return self.folders.setdefault(name, _Opened(f"{self.path}/{name}" if self.path else name))

    def closed(self, name: str) -> Folder:
        """Return it as a value, a folder that holds nothing but one folder as one: lib/python3.11/site-packages."""
        if self.path and not self.files and len(self.folders) == 1:
            ((below, inner),) = self.folders.items()
            return inner.closed(f"{name}/{below}")
        found: list[Folder | File] = [folder.closed(each) for each, folder in self.folders.items()]
        found += self.files
        return Folder(name, self.path, tuple(sorted(found, key=lambda each: (-each.size, each.path))))


def grow(files: Iterable[HeldFile], native: Collection[str], changes: Mapping[str, str]) -> Folder:
    """Return /opt; `native` are the paths of shared objects, `changes` what happened to a path."""
    root = _Opened("")
    for held in files:
        parts = [part for part in held.path.split("/") if part] or [held.path]
        folders = parts[:-1][:DEEPEST]
        at = root
        for folder in folders:
            at = at.folder(folder)
        at.files.append(
            File(
                name="/".join(parts[len(folders) :]),
                path=held.path,
                size=held.size,
                zipped=held.zipped,
                kind="native" if held.path in native else kind(held.path),
                package=held.owner,
                change=changes.get(held.path, ""),
            )
        )
    return root.closed("/opt")


def kind(path: str) -> str:
    """Tell by its path what a file is for, unless it is a shared object.

    >>> kind("python/idna/__pycache__/core.cpython-311.pyc"), kind("python/six-1.17.dist-info/METADATA")
    ('bytecode', 'metadata')
    """
    folders = path.split("/")[:-1]
    if path.startswith("channelwright/") or any(each.endswith((".dist-info", ".egg-info")) for each in folders):
        return "metadata"
    return "bytecode" if path.endswith(".pyc") else "source" if path.endswith((".py", ".pyi")) else "data"
