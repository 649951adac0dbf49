"""Runs a command on a machine that forbids sandboxes, in one of the ways in which machines do, for it alone.

    python forbidding.py setting|namespaces|mounts COMMAND…

`setting` is what an administrator does, in a user namespace that holds nobody else; `namespaces` is what container
engines do, `mounts` what AppArmor does to ordinary users: a namespace that can be made, and nothing done in it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_TO_BE_HAD = 77
_libc = ctypes.CDLL(None, use_errno=True)
_LOAD, _EQUAL, _ANY_OF, _RETURN = 0x20, 0x15, 0x45, 0x06  # of classic BPF, seccomp(2)
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_COLUMN = {"x86_64": 0, "aarch64": 1}
_UNSHARE, _CLONE, _CLONE3, _MOUNT = (272, 97), (56, 220), (435, 435), (165, 40)


def main() -> None:
    way, *command = sys.argv[1:]
    if way == "setting":
        _set_to_none()
    else:
        _filter([step for part in _FILTERS[way](_COLUMN[os.uname().machine]) for step in part])
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - a test's own


def _set_to_none() -> None:
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(0x10000000):
        print(f"unshare: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        sys.exit(NOT_TO_BE_HAD)
    for name, text in {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}.items():
        Path("/proc/self", name).write_text(text)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


Step = tuple[int, int, int, int]


def _refused(number: int, error: int) -> list[Step]:
    return [(_LOAD, 0, 0, 0), (_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | error)]


def _no_namespaces(column: int) -> list[list[Step]]:
    """Refuse what makes namespaces, clone by its flags; clone3, whose flags nobody sees, is not there."""
    by_flags = [(_LOAD, 0, 0, 0), (_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, 16), (_ANY_OF, 0, 1, 0x7E020000)]
    return [
        _refused(_UNSHARE[column], errno.EPERM),
        _refused(_CLONE3[column], errno.ENOSYS),
        [*by_flags, (_RETURN, 0, 0, _ERROR | errno.EPERM)],
    ]


_FILTERS: dict[str, Callable[[int], list[list[Step]]]] = {
    "namespaces": _no_namespaces,
    "mounts": lambda column: [_refused(_MOUNT[column], errno.EACCES)],
}


def _filter(steps: list[Step]) -> None:
    """Have this process and all that it starts refused some system calls."""
    steps = [*steps, (_RETURN, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    _libc.prctl(38, 1, 0, 0, 0)
    if _libc.prctl(22, 2, ctypes.byref(header), 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main()
