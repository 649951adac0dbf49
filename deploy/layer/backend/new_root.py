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
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
EMPTY = ("/home", "/root", "/run", "/mnt", "/srv", "/tmp", "/proc", "/dev")  # noqa: S108 - inside
_OCTAL = re.compile(r"\\([0-7]{3})")


def enter(entry: Entry, users: Sequence[int]) -> None:
    """Build it, and make it the root; `users` are the numbers that have a name there.

    Raises OSError where a mount is not allowed.
    """
    mount("none", "/", PRIVATE | RECURSIVE)
    root = f"{entry.folder}/root"
    mount("none", root, NO_SETUID | NO_DEVICES, "tmpfs", "mode=755,size=4m")
    bound = shown(entry)
    for place, source in bound.items():
        _bind(source, f"{root}{place}")
    for place, target in links().items():
        Path(f"{root}{place}").parent.mkdir(parents=True, exist_ok=True)
        Path(f"{root}{place}").symlink_to(target)
    for place, content in texts(users, online=entry.online).items():
        Path(f"{root}{place}").parent.mkdir(parents=True, exist_ok=True)
        Path(f"{root}{place}").write_text(content, encoding="ascii")
    for place in EMPTY:
        Path(f"{root}{place}").mkdir(exist_ok=True)
    for place in DEVICES:
        _bind(place, f"{root}{place}")
    mount("none", f"{root}/proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS, "proc")
    temporary = f"{root}/tmp"  # noqa: S108 - the sandbox's own
    mount(
        "none", temporary, NO_SETUID | NO_DEVICES, "tmpfs", f"mode=1777,size={entry.temporary},nr_inodes={entry.names}"
    )
    pivot_root(root)
    for place in _below([*bound]):
        remount(place, READ_ONLY | NO_SETUID | NO_DEVICES)
    remount("/", READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir("/var/task")


def shown(entry: Entry) -> dict[str, str]:
    """Return what is to be seen inside, read-only: each place with the file or folder of the host that is there."""
    own = {f"/{place}": entry.python if name == "lang" else f"{entry.folder}/{name}" for name, place in _PLACES.items()}
    for name in (*_SYSTEM, *_READ, *(_ONLINE if entry.online else ())):
        path = Path("/", name)
        if path.exists() and not (path.is_symlink() and name in _SYSTEM):
            own[f"/{name}"] = str(path.resolve())
    return own


def links() -> dict[str, str]:
    """Return the symbolic links inside, such as /lib where it is one of the host's, with what they point to."""
    own = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
    system = {f"/{name}": str(Path("/", name).readlink()) for name in _SYSTEM if Path("/", name).is_symlink()}
    return {**system, **{f"/dev/{name}": f"/proc/self/fd{target}" for name, target in own.items()}}


def texts(users: Sequence[int], *, online: bool) -> dict[str, str]:
    """Return the files inside that are written anew; who is online has the host's own for names of hosts."""
    names = [f"{NAME}:x:{user}:{GROUP}::/home/{NAME}:/sbin/nologin" for user in users]
    own = {
        "/etc/passwd": "\n".join(["root:x:0:0:root:/root:/bin/sh", *names]),
        "/etc/group": f"root:x:0:\n{NAME}:x:{GROUP}:",
    }
    if not online:
        own |= {"/etc/hosts": "127.0.0.1 localhost\n::1 localhost", "/etc/resolv.conf": ""}
        own |= {"/etc/nsswitch.conf": "passwd: files\nhosts: files"}
    return {place: f"{content}\n" for place, content in own.items()}


def _bind(source: str, target: str) -> None:
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    mount(source, target, BIND | RECURSIVE)


def _below(places: Sequence[str]) -> Iterator[str]:
    """Yield what is mounted at these places and below them: proc_pid_mountinfo(5)."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        mounted = _OCTAL.sub(lambda found: chr(int(found[1], 8)), line.split()[4])
        if any(mounted == place or mounted.startswith(f"{place}/") for place in places):
            yield mounted
