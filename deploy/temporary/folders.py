"""Temporary folders that say whose they are, so that those of a run that was killed go with the next one."""

from __future__ import annotations

import os
import re
import stat
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..inside.look import removal
from .owner import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = re.compile(r"channelwright-(?P<owner>[0-9a-f]+(?:-[0-9]+){4})-.+")
DAY = 24 * 3600.0


@contextmanager
def temporary(what: str = "files") -> Iterator[Path]:
    """Make a folder and remove it on leaving; before the first one of a process, remove what others left."""
    remove_leftovers(tempfile.gettempdir())
    made = tempfile.mkdtemp(prefix=f"channelwright-{Owner.mine()}-{what}-")
    try:
        yield Path(made)
    finally:
        removal.remove(made)


@cache
def remove_leftovers(above: str) -> tuple[str, ...]:
    """Remove folders of this user whose process is gone, or is of another boot and a day old; return their names."""
    left = tuple(each for each in Path(above).iterdir() if _is_left(each))
    for each in left:
        removal.remove(str(each))
    return tuple(each.name for each in left)


def _is_left(path: Path) -> bool:
    match = _OURS.fullmatch(path.name)
    owner = Owner.of(match["owner"]) if match else None
    if owner is None:
        return False
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    if status.st_uid != os.geteuid() or not stat.S_ISDIR(status.st_mode):
        return False
    return owner.is_gone or (not owner.is_here and status.st_mtime < time.time() - DAY)
