"""Removes folders that somebody else filled, however deep they are nested, and whatever their modes are.

No path leads to what lies deeper than 4,096 characters (PATH_MAX), and there are fewer file descriptors than folders
may be nested. So each folder is emptied in one place: the folders in it are moved up first, and are next.
"""

from __future__ import annotations

import math
import os
import secrets
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 20.0  # seconds; 100,000 files, as many as a package may have, take two
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_below(place: str, user: int) -> None:
    """Remove all of a user's that lies in a folder; leave what this process may not remove.

    It ends though others, who may write to that user's folders, put more into them all the time.
    """
    top = os.open(place, _FOLDER)
    try:
        _remove(top, [name for name in _names(top) if _owner(name, top) == user], time.monotonic() + _PATIENCE)
    finally:
        os.close(top)


def remove(path: str) -> None:
    """Remove a folder with all that is in it; leave what this process may not remove."""
    with suppress(FileNotFoundError):
        top = _opened(path)
        try:
            _remove(top, _names(top))
        finally:
            os.close(top)
        with suppress(OSError):  # something is left
            Path(path).rmdir()


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as found:
        return [each.name for each in found]


def _owner(name: str, folder: int) -> int:
    with suppress(OSError):  # it went meanwhile
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid
    return -1


def _remove(top: int, names: list[str], until: float = math.inf) -> None:
    prefix = secrets.token_hex(8)
    fresh = (f".{prefix}-{number}" for number in count())
    while names and time.monotonic() < until:
        name = names.pop()
        if not _unlinked(name, top):
            with suppress(OSError):
                names += _brought_up(name, top, fresh)
                os.rmdir(name, dir_fd=top)


def _unlinked(name: str, folder: int) -> bool:
    """Remove what is no folder; return whether it is gone."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _brought_up(name: str, top: int, fresh: Iterator[str]) -> list[str]:
    """Empty a folder: remove its files, and move its folders up, under names that are not there; return those."""
    folder = _opened(name, top)
    above = []
    try:
        for each in [each for each in _names(folder) if not _unlinked(each, folder)]:
            with suppress(OSError):
                os.close(_opened(each, folder))  # who moves a folder has to be allowed to write into it
                os.rename(each, up := next(fresh), src_dir_fd=folder, dst_dir_fd=top)
                above.append(up)
    finally:
        os.close(folder)
    return above


def _opened(name: str, above: int | None = None) -> int:
    with suppress(OSError):
        os.chmod(name, 0o700, dir_fd=above)
    return os.open(name, _FOLDER, dir_fd=above)
