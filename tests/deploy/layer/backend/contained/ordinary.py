"""Runs the pipeline's Python as an ordinary user, from root: in a mount namespace where that user reaches it.

    python ordinary.py USER PYTHON_PREFIX SOURCES PACKAGES COMMAND…

The prefix of the interpreter, the sources and the packages are bound below /mnt; `{python}` in the command becomes
the interpreter there. Everything else is as it is.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

NOT_ALLOWED = 78
"""The exit code where this root may make no mount namespace, as in most containers."""
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    user, *folders = sys.argv[1:5]
    command = sys.argv[5:]
    if _libc.unshare(0x20000):
        sys.exit(NOT_ALLOWED)
    _mount("none", "/", 0x4000 | 0x40000)
    _mount("none", "/mnt", 0, b"tmpfs")
    for name, folder in zip(("python", "sources", "packages"), folders, strict=True):
        Path("/mnt", name).mkdir()
        _mount(folder, f"/mnt/{name}", 0x1000 | 0x4000)
    if command[-1] == "unconfined":  # what it leaves in /tmp goes with it
        _mount("none", "/tmp", 0, b"tmpfs")
    os.setgroups([])
    os.setresgid(int(user), int(user), int(user))
    os.setresuid(int(user), int(user), int(user))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    os.chdir("/mnt/sources")
    os.environ["PYTHONPATH"] = "/mnt/sources:/mnt/packages"
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.execv(f"/mnt/python/bin/{version}", [version, *command])  # noqa: S606 - a test's own


def _mount(source: str, target: str, flags: int, kind: bytes | None = None) -> None:
    _check(_libc.mount(source.encode(), target.encode(), kind, ctypes.c_ulong(flags), None))


def _check(code: int) -> None:
    if code:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main()
