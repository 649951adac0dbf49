"""Namespaces of their own for a command: processes, mounts, network, IPC, host name, cgroups, and users.

By root's right, or in a user namespace: unshare(2), user_namespaces(7), pid_namespaces(7). The command's process is the
first of its namespace: nothing in there can signal it, and nothing of it is left once it ends.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ...inside.look import usage
from ...inside.look.bounds import Bounds
from . import new_root, syscalls
from .entry import NOT_ALLOWED
from .new_root import GROUP, USER
from .protocol import HOST_NAME

if TYPE_CHECKING:
    from .entry import Entry

# Numbers of users that nobody has: above those that systemd gives its own containers, systemd.io/UIDS-GIDS.
_FIRST, _COUNT = 0x70000000, 65536
# What deploy/inside/look/apart.py gives to packages.
_OWN_USERS = range(40000, 40000 + 1000)
_SET_USER, _SET_GROUP = 7, 6  # CAP_SETUID, CAP_SETGID
_SET_INTERFACE_FLAGS, _INTERFACE_UP = 0x8914, 0x1
_OTHERS = syscalls.NEW_MOUNTS | syscalls.NEW_IPC | syscalls.NEW_HOST_NAME | syscalls.NEW_CGROUP
_INTERVAL = 0.1


def enter(entry: Entry) -> None:
    """Return in a process that has all of its own; the calling one never returns, watches it, and ends as it does.

    Ends with NOT_ALLOWED and the reason on stderr where this machine does not allow it.
    """
    try:
        _enter(entry)
    except OSError as error:
        _refuse(error)


def _refuse(error: OSError) -> NoReturn:
    print(f"{error.filename or 'namespaces'}: {error.strerror}", file=sys.stderr, flush=True)
    os._exit(NOT_ALLOWED)


def _enter(entry: Entry) -> None:
    is_root = os.geteuid() == 0
    user, group = os.geteuid(), os.getegid()
    syscalls.unshare(syscalls.NEW_PROCESSES | (0 if is_root else syscalls.NEW_USER))
    if not is_root:
        # Inside it is a function's user, whose rights end with exec; outside it stays the one who started it.
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{USER} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{GROUP} {group} 1", encoding="ascii")
    if not entry.lasting:
        syscalls.end_with_parent()
    asked, asks = os.pipe()
    answered, answers = os.pipe()
    child = os.fork()
    if child:
        os.close(asks)
        os.close(answered)
        if is_root:
            _map_users(child, asked, answers)
        _watch(child, entry)
    os.close(asked)
    os.close(answers)
    syscalls.unshare(_OTHERS | (0 if entry.online else syscalls.NEW_NETWORK))
    socket.sethostname(HOST_NAME)
    new_root.enter(entry, (USER, *(_OWN_USERS if entry.own_users else ())))
    if not entry.online:
        _loopback()
    if is_root:
        _become_nobody(asks, answered, own_users=entry.own_users)
    os.close(asks)
    os.close(answered)
    syscalls.keep_rights((_SET_USER, _SET_GROUP) if entry.own_users else ())
    syscalls.end_with_parent()


def _map_users(child: int, asked: int, answers: int) -> None:
    """Give the child's user namespace numbers that nobody has, once it has one."""
    if os.read(asked, 1):
        first = _unused()
        for kind in ("uid", "gid"):
            Path(f"/proc/{child}/{kind}_map").write_text(f"0 {first} {_COUNT}", encoding="ascii")
        os.write(answers, b"1")


def _unused() -> int:
    """Return the first number of a range that this machine, which may be a container itself, has and nobody uses."""
    extents = [
        tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    ]
    if any(first <= _FIRST <= first + count - _COUNT for first, _, count in extents):
        return _FIRST
    first, _, count = max(extents, key=lambda each: each[2])
    if count < 2 * _COUNT:
        raise OSError(0, "this root has no numbers of users to spare", "user namespace")
    return first + count - _COUNT


def _become_nobody(asks: int, answered: int, *, own_users: bool) -> None:
    """Leave root behind: in a user namespace, as the one who may only choose users there, or as a function's user."""
    syscalls.unshare(syscalls.NEW_USER)
    os.write(asks, b"1")
    if not os.read(answered, 1):
        raise OSError(0, "its numbers of users could not be set", "user namespace")
    os.setgroups([])
    os.setresgid(*[0 if own_users else GROUP] * 3)
    os.setresuid(*[0 if own_users else USER] * 3)


def _loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_INTERFACE_FLAGS, struct.pack("16sH14x", b"lo", _INTERFACE_UP))


def _watch(child: int, entry: Entry) -> NoReturn:
    """End what uses too much; end as the child ends."""
    most = Bounds(memory=entry.memory, processes=entry.processes, all_files=entry.processes * Bounds().files)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            _end_like(os.waitstatus_to_exitcode(status))
        if why := most.exceeded(usage.used(usage.below(child, usage.processes()), most)):
            print(f"ended: {why}", file=sys.stderr, flush=True)
            os.kill(child, signal.SIGKILL)
        signal.sigtimedwait({signal.SIGCHLD}, _INTERVAL)


def _end_like(code: int) -> NoReturn:
    if code < 0:
        with suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)
