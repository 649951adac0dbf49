"""Calls of Linux that Python has no name for: each raises OSError, which says about what."""

from __future__ import annotations

import ctypes
import os

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC, NEW_USER = 0x20000, 0x4000000, 0x8000000, 0x10000000
NEW_PROCESSES, NEW_NETWORK, NEW_CGROUP = 0x20000000, 0x40000000, 0x2000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT = 0x1, 0x2, 0x4, 0x8, 0x20
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
# statvfs has these flags under the values that mount takes, all but the last; a remount has to repeat them.
_KEPT_FLAGS, _STAT_RELATIVE_TIMES, _RELATIVE_TIMES = 0x2 | 0x4 | 0x8 | 0x400 | 0x800, 0x1000, 0x200000
_DETACH = 0x2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_DEATH_SIGNAL, _DROP_BOUND = 1, 24
_KILLED = 9

libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    _check(libc.unshare(flags), "unshare")


def mount(source: str, target: str, flags: int, kind: str = "", options: str = "") -> None:
    names = (source.encode(), target.encode(), kind.encode() or None)
    _check(libc.mount(*names, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def remount(place: str, flags: int) -> None:
    """Take rights from what is mounted at a place, and give none that it has not."""
    given = os.statvfs(place).f_flag
    kept = given & (_KEPT_FLAGS | READ_ONLY) | (_RELATIVE_TIMES if given & _STAT_RELATIVE_TIMES else 0)
    mount("none", place, BIND | REMOUNT | flags | kept)


def pivot_root(new_root: str) -> None:
    """Make a mounted folder the root, and forget the one of before, as the end of its page in section 2 describes."""
    os.chdir(new_root)
    number = _PIVOT_ROOT.get(os.uname().machine, 0)
    _check(libc.syscall(ctypes.c_long(number), b".", b"."), "pivot_root")
    _check(libc.umount2(b".", _DETACH), "umount the host's root")
    os.chdir("/")


def end_with_parent() -> None:
    """Have this process killed once the thread that started it is gone: prctl(2)."""
    _check(libc.prctl(_DEATH_SIGNAL, _KILLED, 0, 0, 0), "prctl")


def keep_rights(kept: tuple[int, ...]) -> None:
    """Let neither this process nor what it becomes have other capabilities than these: capabilities(7)."""
    for right in range(64):
        if right not in kept and libc.prctl(_DROP_BOUND, right, 0, 0, 0):
            return  # the kernel has no more of them


def _check(code: object, about: str) -> None:
    if code:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), about)
