"""Where a look was taken, what was there, and to whom a file belongs that an import finds there."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .values import frozen

if TYPE_CHECKING:
    from .values import Plan

# Bound before any package's code runs, which may replace it.
_real = os.path.realpath
_STANDARD = _real(Path(os.__file__).parent)
_VERSIONED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, kw_only=True)
class Provided:
    """A distribution that the runtime has itself; `modules` are its top-level names, `requires` as in its metadata."""

    name: str
    version: str
    requires: tuple[str, ...]
    modules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a look was taken; `runtime_modules` are the top-level names that the runtime's own packages have.

    `provided` are those of its distributions that the plan wants from it, with what they require.
    """

    python: str
    glibc: str
    machine: str
    runtime_modules: tuple[str, ...]
    provided: tuple[Provided, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Place:
        raw = json.loads(text)
        provided = tuple(
            Provided(**{name: frozen(value) for name, value in each.items()}) for each in raw.pop("provided")
        )
        return cls(provided=provided, **{name: frozen(value) for name, value in raw.items()})


def home(path: str, plan: Plan) -> str:
    """Return to whom a path belongs: the layer, the code, the standard library, or the runtime's own packages."""
    real = _real(path)
    for owner, folder in (("layer", plan.layer), ("code", plan.code)):
        if _is_below(real, _resolved(folder)):
            return owner
    if _is_below(real, _STANDARD) and _VERSIONED.isdisjoint(real.split("/")):
        return "python"
    return "python" if real.endswith(".zip") else "runtime"


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


@cache
def _resolved(folder: str) -> str:
    return _real(folder)


def leave_runtime_out(plan: Plan) -> None:
    """Let imports find the layer, the code and the standard library alone: AWS changes its own copies at will."""
    sys.path[:] = [path for path in sys.path if path and home(path, plan) != "runtime"]
    sys.path_importer_cache.clear()
