"""An empty root with what a Lambda function finds in its own, made in a mount namespace of one's own.

    /opt /var/task /var/runtime /var/lang   what is tried, and the interpreter
    /usr /lib … /etc/ld.so.cache            what that interpreter and native code load, and public certificates
    /tmp                                    the only place that can be written, with a bound
    /proc /dev                              its own processes, and devices that hold nothing

Nothing else of the host is there: no home, no /run, no sockets, no /sys but for what describes processors.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .syscalls import (
    BIND,
    NO_DEVICES,
    NO_PROGRAMS,
    NO_SETUID,
    PRIVATE,
    READ_ONLY,
    RECURSIVE,
    mount,
    pivot_root,
    remount,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .entry import Entry

# The user of a function, as every message of it in Lambda has it.
USER, GROUP, NAME = 993, 990, "sbx_user1051"
_PLACES = {"opt": "opt", "task": "var/task", "runtime": "var/runtime", "lang": "var/lang"}
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix/store", "gnu/store")
_READ = (
    *("etc/ld.so.cache", "etc/ssl/certs", "etc/ssl/openssl.cnf", "etc/pki/tls/certs", "etc/pki/ca-trust/extracted"),
    *("etc/crypto-policies", "sys/devices/system/cpu"),
)
_ONLINE = ("etc/resolv.conf", "etc/hosts", "etc/nsswitch.conf")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_OCTAL = re.compile(r"\\([0-7]{3})")
_EMPTY = ("home", "root", "run", "mnt", "srv", "tmp", "proc", "dev")


def enter(entry: Entry, users: Sequence[int]) -> None:
    """Build it, and make it the root; `users` are the numbers that have a name there.

    Raises OSError where a mount is not allowed.
    """
    mount("none", "/", PRIVATE | RECURSIVE)
    root = f"{entry.folder}/root"
    mount("none", root, NO_SETUID | NO_DEVICES, "tmpfs", "mode=755,size=4m")
    own = [*_own(entry, root)]
    shared = [*_host(root, entry.online)]
    _write(root, users, online=entry.online)
    _devices(root)
    mount("none", f"{root}/proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS, "proc")
    temporary = f"{root}/tmp"  # noqa: S108 - the sandbox's own
    mount("none", temporary, NO_SETUID | NO_DEVICES, "tmpfs", f"mode=1777,size={entry.temporary},nr_inodes=100000")
    pivot_root(root)
    for place in [*own, *_below(shared)]:
        remount(place, READ_ONLY | NO_SETUID | NO_DEVICES)
    remount("/", READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir("/var/task")


def _own(entry: Entry, root: str) -> Iterator[str]:
    for name, place in _PLACES.items():
        _bind(entry.python if name == "lang" else f"{entry.folder}/{name}", f"{root}/{place}")
        yield f"/{place}"


def _host(root: str, online: bool) -> Iterator[str]:  # noqa: FBT001 - a yes or no of the entry
    """Bind what is needed of the host; a link, such as /lib, stays one."""
    for name in (*_SYSTEM, *_READ, *(_ONLINE if online else ())):
        path = Path("/", name)
        if path.is_symlink() and name in _SYSTEM:
            Path(root, name).symlink_to(path.readlink())
        elif path.exists():
            _bind(str(path), f"{root}/{name}")
            yield f"/{name}"


def _bind(source: str, target: str) -> None:
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    mount(str(Path(source).resolve()), target, BIND | RECURSIVE)


def _write(root: str, users: Sequence[int], *, online: bool) -> None:
    names = [
        "root:x:0:0:root:/root:/bin/sh",
        *(f"{NAME}:x:{user}:{GROUP}::/home/{NAME}:/sbin/nologin" for user in users),
    ]
    files = {"passwd": "\n".join(names), "group": f"root:x:0:\n{NAME}:x:{GROUP}:"}
    if not online:
        files |= {"hosts": "127.0.0.1 localhost\n::1 localhost", "nsswitch.conf": "passwd: files\nhosts: files"}
        files |= {"resolv.conf": ""}
    Path(root, "etc").mkdir(exist_ok=True)
    for name, content in files.items():
        Path(root, "etc", name).write_text(f"{content}\n", encoding="ascii")
    for name in _EMPTY:
        Path(root, name).mkdir(exist_ok=True)


def _devices(root: str) -> None:
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}")
    for name, target in {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}.items():
        Path(root, "dev", name).symlink_to(f"/proc/self/fd{target}")


def _below(places: Sequence[str]) -> Iterator[str]:
    """Yield what is mounted at these places and below them: proc_pid_mountinfo(5)."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        mounted = _OCTAL.sub(lambda found: chr(int(found[1], 8)), line.split()[4])
        if any(mounted == place or mounted.startswith(f"{place}/") for place in places):
            yield mounted
