"""What building a source takes, as its pyproject.toml says: https://peps.python.org/pep-0517/, pep-0518."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Fault, LockError

if TYPE_CHECKING:
    from collections.abc import Mapping

# What pip takes for a project that says nothing: https://peps.python.org/pep-0517/#source-trees.
_LEGACY = ("setuptools>=40.8.0",)


@dataclass(frozen=True, kw_only=True)
class Backend:
    """`requires` are requirements, `name` is the object whose hooks are called, `path` folders of the source."""

    requires: tuple[str, ...]
    name: str = "setuptools.build_meta:__legacy__"
    path: tuple[str, ...] = ()


def backend(files: Mapping[str, bytes], subdirectory: str, where: str) -> Backend:
    """Read it from a source's files; raise LockError where it is no project that can be built."""
    top = f"{subdirectory}/" if subdirectory else ""
    if f"{top}pyproject.toml" not in files:
        if f"{top}setup.py" not in files:
            raise LockError([Fault(where, "holds neither pyproject.toml nor setup.py", "so there is nothing to build")])
        return Backend(requires=_LEGACY)
    try:
        document = tomllib.loads(files[f"{top}pyproject.toml"].decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LockError([Fault(f"{where}: pyproject.toml", "is not TOML", str(error))]) from error
    system = document.get("build-system")
    if system is None:
        return Backend(requires=_LEGACY)
    if not isinstance(requires := system.get("requires"), list):
        raise LockError([Fault(f"{where}: pyproject.toml", "build-system has no list `requires`")])
    if "build-backend" not in system:
        return Backend(requires=(*requires, *_LEGACY))
    return Backend(requires=tuple(requires), name=system["build-backend"], path=tuple(system.get("backend-path", ())))
