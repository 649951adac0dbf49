"""Run a command where /opt, /var/task and /var/lang are those of a folder: a script for a process of its own.

    python -I -S enter_sandbox.py '{"folder": …, "python": …, "isolate": true, "online": false,
                                       "drop": true, "command": […]}'

The folder holds opt/, task/, runtime/ and an empty lang/; `python` is the prefix of the interpreter that becomes
/var/lang. The process gets a mount namespace and, unless `online`, a network namespace of its own, by root's right or
in a user namespace, mounts all of it read-only, a fresh /tmp besides, starts the loopback device, gives up its rights
and becomes the command.
Nothing is seen of this outside, and nothing is left when it ends. See unshare(2), mount(2), user_namespaces(7).

Exit code 71: this machine allows no such namespaces.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

NOT_ALLOWED = 71
NOBODY = 65534
_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x20000, 0x10000000, 0x40000000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000
# statvfs has these flags under the values that mount takes, all but the last; a remount has to repeat them.
_KEPT_FLAGS, _STAT_RELATIVE_TIMES, _RELATIVE_TIMES = 0x2 | 0x4 | 0x8 | 0x400 | 0x800, 0x1000, 0x200000
_SET_INTERFACE_FLAGS, _INTERFACE_UP = 0x8914, 0x1
_NO_NEW_PRIVILEGES = 38
_PLACES = {"opt": "/opt", "task": "/var/task", "runtime": "/var/runtime", "lang": "/var/lang"}

_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> None:
    plan: dict[str, Any] = json.loads(arguments[0])
    if plan["isolate"]:
        try:
            _namespaces(0 if plan["online"] else _NEW_NETWORK)
            _mounts(plan["folder"], plan["python"])
        except OSError as error:
            print(f"{error.strerror}: {error.filename or 'namespaces'}", file=sys.stderr)
            sys.exit(NOT_ALLOWED)
        if not plan["online"]:
            _loopback()
    if plan["drop"] and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    os.execv(plan["command"][0], plan["command"])  # noqa: S606 - there is nothing in it for a shell


def _namespaces(network: int) -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _call(_libc.unshare, _NEW_MOUNTS | network)
        return
    # The command is then a nobody whose rights inside end with exec; outside it stays the user who started it.
    _call(_libc.unshare, _NEW_USER | _NEW_MOUNTS | network)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1", encoding="ascii")


def _mounts(folder: str, python: str) -> None:
    _mount("none", "/", _PRIVATE | _RECURSIVE)
    _mount(python, f"{folder}/lang", _BIND | _RECURSIVE)
    # Opened before anything is covered, the folders can be reached wherever they lie.
    opened = {name: os.open(f"{folder}/{name}", os.O_PATH) for name in _PLACES}
    _mount("none", "/var", 0, kind="tmpfs", options="mode=755")
    _mount("none", "/tmp", 0, kind="tmpfs", options="mode=1777")  # noqa: S108 - the sandbox's own
    for name, place in _PLACES.items():
        Path(place).mkdir(exist_ok=True)
        _mount(f"/proc/self/fd/{opened[name]}", place, _BIND | _RECURSIVE)
        _make_read_only(place)
        os.close(opened[name])
    _make_read_only("/var")
    os.chdir(_PLACES["task"])


def _make_read_only(place: str) -> None:
    given = os.statvfs(place).f_flag
    kept = given & _KEPT_FLAGS | (_RELATIVE_TIMES if given & _STAT_RELATIVE_TIMES else 0)
    _mount("none", place, _BIND | _REMOUNT | _READ_ONLY | kept)


def _mount(source: str, target: str, flags: int, *, kind: str = "", options: str = "") -> None:
    names = (source.encode(), target.encode(), kind.encode() or None)
    _call(_libc.mount, *names, ctypes.c_ulong(flags), options.encode() or None, about=target)


def _call(function: Any, *arguments: object, about: str | None = None) -> None:
    if function(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), about)


def _loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", _INTERFACE_UP)
        fcntl.ioctl(any_socket, _SET_INTERFACE_FLAGS, request)


if __name__ == "__main__":
    main(sys.argv[1:])
