"""Ends what a task left running, whatever session or parent it has, finds and removes what it left in /tmp."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import stat
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .removal import remove_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DUMPABLE, SUBREAPER = 4, 36  # PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER
libc = ctypes.CDLL(None, use_errno=True)
_PATIENCE = 10.0
_MADE = 0x80 | 0x100  # IN_MOVED_TO, IN_CREATE
_EVENTS = 65536
_SOCKETS = ("tcp", "tcp6", "udp", "udp6", "unix")
_LISTENS, _UNNAMED = "0A", 7  # TCP_LISTEN, include/net/tcp_states.h; columns of a Unix socket without a path
_TIDYING = 39999  # a user that no task has


def guard() -> None:
    """Close this process to others of its user, and let orphans come to it.

    As the first process of a sandbox it gets those signals alone that it has a handler for, pid_namespaces(7): none.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    libc.prctl(DUMPABLE, 0, 0, 0, 0)
    libc.prctl(SUBREAPER, 1, 0, 0, 0)


def as_user(user: int, work: Callable[[], int]) -> int:
    """Do something to files with a task's user's right, those of /proc included; as the caller where the user is -1.

    The process stays whose it is, setfsuid(2): no process of that user can signal it, nor decide when it runs.
    """
    if user < 0:
        return work()
    mine = (libc.setfsgid(user), libc.setfsuid(user))
    try:
        if libc.setfsuid(-1) != user:
            raise OSError(0, "its user's files could not be asked for", "setfsuid")
        return work()
    finally:
        libc.setfsuid(mine[1])
        libc.setfsgid(mine[0])


def end_all_of(user: int) -> None:
    """End every process of a task's user, and remove what it left in /tmp."""
    child = os.fork()
    if child == 0:
        try:
            # By its effective user alone, which lets none of them signal it in turn: kill(2).
            os.setgroups([])
            os.setresgid(_TIDYING, user, _TIDYING)
            os.setresuid(_TIDYING, user, _TIDYING)
            with suppress(ProcessLookupError):  # there was none
                os.kill(-1, signal.SIGKILL)  # all but the caller
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    as_user(user, lambda: _remove_files(user))


def end_all() -> None:
    """End every other process, where this is the first one of its namespace; remove what they left in /tmp."""
    if os.getpid() == 1:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        _remove_files(os.getuid())


def _remove_files(user: int) -> int:
    for each in places():
        remove_below(each, user)
    return 0


@cache
def places() -> tuple[str, ...]:
    """Return the folders below which everybody may write here, each on a file system of its own: /tmp, and what else.

    An engine may have others: Podman has /var/tmp where containers are else read-only. proc_pid_mountinfo(5).
    """
    found = {os.lstat("/tmp").st_dev: "/tmp"}  # noqa: S108 - the sandbox's own
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        fields, _, kind = line.partition(" - ")
        place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields.split()[4])
        with suppress(OSError):  # it is hidden by another one
            status = os.lstat(place)
            # An engine hides files of /proc behind a device: that is no folder.
            if kind.startswith("tmpfs ") and stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_IWOTH:
                found.setdefault(status.st_dev, place)
    return tuple(found.values())


class Traces:
    """What one task leaves and others that run meanwhile may find: a name in /tmp, a socket that has an address.

    Names come with events, inotify(7), so that none is missed that is gone again; sockets are looked up in /proc/net.
    """

    def __init__(self, watched: Iterable[str]) -> None:
        self._watched = [each.encode() for each in watched]
        self._events: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC) if self._watched else -1
        made = (libc.inotify_add_watch(self._events, each, _MADE) for each in self._watched)
        self.are_seen = self._events >= 0 and all(each >= 0 for each in made)

    def are_new(self) -> bool:
        """Tell whether there was a new name since this was asked, or is a socket that others may find."""
        if not self.are_seen:
            return bool(self._watched)
        named = False
        with suppress(BlockingIOError):
            while os.read(self._events, _EVENTS):
                named = True
        return named or any(map(_is_open, _SOCKETS))

    def close(self) -> None:
        if self._events >= 0:
            os.close(self._events)


def _is_open(kind: str) -> bool:
    """Tell whether one of these sockets has an address: proc_net(5). Of TCP, where somebody listens."""
    lines = Path("/proc/net", kind)
    if not lines.exists():  # this kernel has none of them
        return False
    rows = [each.split() for each in lines.read_text(encoding="utf-8", errors="replace").splitlines()[1:]]
    if kind == "unix":
        return any(len(row) > _UNNAMED for row in rows)
    return any(not kind.startswith("tcp") or row[3] == _LISTENS for row in rows)


def take_orphans(running: frozenset[int], *, end: bool) -> None:
    """Take leave of the processes that came to this one when their parents ended, ending them first where asked to."""
    deadline = time.monotonic() + _PATIENCE
    while (orphans := children() - running) and time.monotonic() < deadline:
        for pid in orphans:
            with suppress(ProcessLookupError, ChildProcessError):
                if end:
                    os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0 if end else os.WNOHANG)
        if not end:
            return


def children() -> frozenset[int]:
    """Return the processes whose parent is this one: proc_pid_stat(5), whose second field may hold anything."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with suppress(OSError):  # it ended meanwhile
                fields = (each / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
                if int(fields.split()[1]) == os.getpid():
                    found.add(int(each.name))
    return frozenset(found)
