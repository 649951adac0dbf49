"""Run a command in a sandbox on this host, or, where that was asked for, with nothing but the host's folders around it.

A program for a process of its own: it gets an `Entry` as JSON, makes the sandbox, gives up its rights, takes limits,
filters its system calls, and becomes the command. Exit code 71: this machine allows no sandbox; stderr says why.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from ...inside.look import seccomp
from ...inside.look.bounds import Bounds
from . import bubblewrap, namespaces, syscalls
from .entry import Entry

NOBODY = 65534


def main(arguments: list[str]) -> None:
    """Become the command of an entry."""
    entry = Entry.from_json(arguments[0])
    os.umask(0o022)
    # Where the machine's memory ends, this goes, and not what its user works with: proc_pid_oom_score_adj(5).
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    if entry.confined and not entry.bubblewrap:
        namespaces.enter(entry)
    elif not entry.confined and entry.drop and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    Bounds(memory=entry.memory, disk=entry.temporary).limit()
    if entry.confined and not entry.own_users and not entry.bubblewrap and _counts_by_namespace():
        resource.setrlimit(resource.RLIMIT_NPROC, (entry.processes, entry.processes))
    os.environ["LD_LIBRARY_PATH"] = entry.libraries
    if entry.bubblewrap:
        bubblewrap.become(entry)
    seccomp.install(syscalls.libc)
    os.execv(entry.command[0], entry.command)  # noqa: S606 - there is nothing in it for a shell


def _counts_by_namespace() -> bool:
    """Tell whether the kernel counts a user's processes in each user namespace by itself, as it does since 5.14."""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(filter(str.isdigit, minor)) or 0)) >= (5, 14)


if __name__ == "__main__":
    main(sys.argv[1:])
