"""To whom a file belongs that an import finds: the layer, the code, the standard library, or the runtime itself."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Plan

# Bound before any package's code runs, which may replace it.
_real = os.path.realpath
_STANDARD = _real(Path(os.__file__).parent)
_VERSIONED = frozenset({"site-packages", "dist-packages"})


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
