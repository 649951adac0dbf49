"""Where the module of a handler lies, in a project whose files say so, or do not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .values import NotTakenError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH = 3
_NOT_ENTERED = frozenset({"node_modules", "dist", "build", "venv", "cdk.out", "site-packages", "__pycache__"})


def folders(project: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """Yield a project's folders down to a depth, itself first, without those that tools make."""
    for place, names, _ in os.walk(project):
        here = Path(place)
        yield here
        deeper = len(here.relative_to(project).parts) < depth
        names[:] = sorted(each for each in names if deeper and each not in _NOT_ENTERED and not each.startswith("."))


def declared(project: Path, folder: Path, handler: str) -> Path:
    """Return a source folder as a path below the project; raise NotTakenError unless the handler's module is in it."""
    source = folder.resolve()
    if not source.is_relative_to(project.resolve()):
        raise NotTakenError(f"its code lies outside of the project, in {folder}")
    shown = source.relative_to(project.resolve())
    if not source.is_dir():
        raise NotTakenError(f"its code is {shown}, which is no folder here")
    if not _has(source, handler):
        raise NotTakenError(f"its handler is {handler}, and {shown} has no {_module(handler)}.py")
    return shown


def found(project: Path, handler: str, why: str) -> Path:
    """Return the one folder with the handler's module; raise NotTakenError where none or several have it.

    `why` says what leaves that open.
    """
    holding = [each for each in folders(project) if _has(each, handler)]
    if len(holding) != 1:
        several = f"{len(holding)} folders have" if holding else "no folder has"
        raise NotTakenError(f"{why}, and {several} {_module(handler)}.py")
    return holding[0].relative_to(project)


def _has(folder: Path, handler: str) -> bool:
    module = folder / _module(handler)
    return module.with_name(f"{module.name}.py").is_file() or (module / "__init__.py").is_file()


def _module(handler: str) -> str:
    return handler.rpartition(".")[0].replace(".", "/")
