"""The same sandbox by bubblewrap, where a machine allows namespaces to that program and to no other.

https://github.com/containers/bubblewrap. It is one user's: packages are tried one after the other, as the first process
of the sandbox watches them.
"""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING, NoReturn

from ...inside.look import seccomp
from . import new_root
from .protocol import HOST_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .entry import Entry


def become(entry: Entry) -> NoReturn:
    """Become the command of an entry inside: bubblewrap in between ends with the process that started it."""
    words = [*_namespaces(entry), *_root(entry), "--chdir", "/var/task"]
    if program := seccomp.program():
        words += ["--seccomp", str(_readable(program))]
    os.execv(entry.bubblewrap, [entry.bubblewrap, *words, "--", *entry.command])  # noqa: S606 - no shell


def _namespaces(entry: Entry) -> Iterator[str]:
    yield from ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    yield from () if entry.online else ("--unshare-net",)
    yield from ("--uid", str(new_root.USER), "--gid", str(new_root.GROUP), "--hostname", HOST_NAME)
    yield from ("--as-pid-1", "--cap-drop", "ALL")
    yield from () if entry.lasting else ("--die-with-parent",)


def _root(entry: Entry) -> Iterator[str]:
    for place in new_root.EMPTY:
        yield from ("--dir", place)
    for place, source in new_root.shown(entry).items():
        yield from ("--ro-bind", source, place)
    for place, target in new_root.links().items():
        yield from ("--symlink", target, place)
    for place, content in new_root.texts((new_root.USER,), online=entry.online).items():
        yield from ("--ro-bind-data", str(_readable(content.encode())), place)
    yield from chain.from_iterable(("--dev-bind", place, place) for place in new_root.DEVICES)
    yield from ("--proc", "/proc", "--perms", "1777", "--size", str(entry.temporary), "--tmpfs", "/tmp")  # noqa: S108
    yield from ("--remount-ro", "/")


def _readable(content: bytes) -> int:
    """Return a descriptor from which bubblewrap reads this."""
    descriptor = os.memfd_create("bubblewrap", 0)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
