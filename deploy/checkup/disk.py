"""Room on this machine's disks: for the caches, for what is unpacked, for the engine's images."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..console import size
from ..layer.audit.limits import DIRECT_UPLOAD, UNZIPPED
from ..layer.cache import Cache
from .findings import broken, ok, unknown, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..container.engine import About
    from .findings import Finding

NEEDED = UNZIPPED + DIRECT_UPLOAD
"""Bytes that the largest layer takes: unpacked, and its zip."""

COMFORTABLE = 2_000_000_000
"""Bytes that a runtime image and several builds take."""

_CURE = "make room there, or put {variable} elsewhere"


def folders(environment: Mapping[str, str], needed: int = NEEDED, enough: int = COMFORTABLE) -> Iterator[Finding]:
    """Look at the cache folder and the temporary folder: `needed` and `enough` are bytes."""
    yield _room("the cache folder", Cache.from_environment(environment).root, "CHANNELWRIGHT_CACHE", needed, enough)
    yield _room("the temporary folder", Path(tempfile.gettempdir()), "TMPDIR", needed, enough)


def of_engine(engine: About, needed: int = NEEDED, enough: int = COMFORTABLE) -> Iterator[Finding]:
    """Look at where the engine keeps its images, where that is a folder of this machine."""
    root = Path(engine.root)
    if not engine.is_local or not root.is_dir():
        why = f"the engine's disk: {root} is not on this machine"
        yield unknown(why, "the engine runs elsewhere, or in a virtual machine", "see `docker system df` there")
        return
    yield _free("the engine's folder", root, "make room: `docker system df` says what takes it", needed, enough)


def _room(what: str, folder: Path, variable: str, needed: int, enough: int) -> Finding:
    above = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        why = f"{above} may not be written to by this user" if above.is_dir() else f"{above} is no folder"
        return broken(f"{what}, {folder}, cannot be used", why, f"correct it, or put {variable} elsewhere")
    return _free(f"{what}, {folder},", above, _CURE.format(variable=variable), needed, enough)


def _free(what: str, folder: Path, cure: str, needed: int, enough: int) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < needed:
        return broken(f"{what} has {size(free)} left", f"a layer may take {size(needed)}, unpacked and zipped", cure)
    if free < enough:
        return warning(f"{what} has {size(free)} left", f"an image and its builds take about {size(enough)}", cure)
    return ok(f"{what} has {size(free)} left")
