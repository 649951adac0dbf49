"""What one package may take while it is tried, and what was measured of it."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .ending import as_user

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MIB = 1024 * 1024
_BLOCK = 512  # what st_blocks counts in, stat(2)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """`silence` and `seconds` bound each word and the whole, `memory`, `disk` (of /tmp) are bytes.

    `processes` counts threads too; half of what Lambda allows a function, as another half tries other packages.
    `files` and `disk` are Lambda's own: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
    `filtered` refuses the system calls of seccomp.py, which QEMU does not let a program of another architecture do.
    """

    silence: float = 60.0
    seconds: float = 600.0
    memory: int = 2048 * MIB
    disk: int = 512 * MIB
    processes: int = 512
    files: int = 1024
    filtered: bool = True

    def limit(self) -> None:
        """Take the limits that a process can take for itself and for all that it starts."""
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, self.files),
            (resource.RLIMIT_FSIZE, self.disk),
            # Memory is measured and not limited: what a process only reserves is no burden. This ends what is faster.
            (resource.RLIMIT_DATA, 4 * self.memory),
        ):
            hard = resource.getrlimit(kind)[1]
            both = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (both, both))

    def exceeded(self, used: ProcessUsage) -> str:
        """Say which bound was passed, in words that end a process; "" where none was."""
        if used.memory > self.memory:
            return f"the process used more than {self.memory // MIB:,} MiB of memory, with all that it started"
        if used.processes >= self.processes:
            return f"the process ran {self.processes:,} processes and threads at once, the most that it may"
        if used.disk >= self.disk:
            return f"the process wrote {self.disk // MIB:,} MiB to /tmp, the most that it may"
        return ""


@dataclass(frozen=True, kw_only=True)
class ProcessUsage:
    """What some processes use together: bytes of memory and of /tmp, processes with all their threads."""

    memory: int = 0
    processes: int = 0
    disk: int = 0


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process as /proc has it: proc_pid_status(5). `memory` is what is its own or a shared memory's, in bytes."""

    pid: int
    parent: int
    user: int
    memory: int
    threads: int


def processes() -> tuple[Process, ...]:
    """Return all that can be seen."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with suppress(OSError, KeyError, ValueError):  # it ended meanwhile, or is no user's
                found.append(_process(int(each.name), (each / "status").read_text(errors="replace")))
    return tuple(found)


def _process(pid: int, status: str) -> Process:
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    memory = sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssShmem") if name in fields)
    return Process(
        pid=pid,
        parent=int(fields["PPid"]),
        user=int(fields["Uid"].split()[1]),
        memory=memory,
        threads=int(fields["Threads"]),
    )


def below(root: int, found: Iterable[Process]) -> tuple[Process, ...]:
    """Return a process and all that it started, as far as their parents still live."""
    by_parent: dict[int, list[Process]] = {}
    own = []
    for each in found:
        by_parent.setdefault(each.parent, []).append(each)
        if each.pid == root:
            own.append(each)
    for each in own:  # grows while it is walked
        own.extend(by_parent.get(each.pid, ()))
    return tuple(own)


def used(found: Iterable[Process], most: int, user: int = -1) -> ProcessUsage:
    """Add up what processes use; where that seems to be more than `most` bytes, without counting shared pages twice.

    Only their own `user` may ask for that; the caller's is -1.
    """
    own = tuple(found)
    memory = sum(each.memory for each in own)
    if memory > most and len(own) > 1:
        memory = as_user(user, lambda: sum(map(_proportional, own)))
    return ProcessUsage(memory=memory, processes=sum(each.threads for each in own))


def _proportional(process: Process) -> int:
    """Return what a process uses, each shared page in parts: proc_pid_smaps(5); all of it where nobody may know."""
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        fields = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
        return fields.get("Pss_Anon:", fields["Pss:"]) + fields.get("Pss_Shmem:", 0)
    return process.memory


def disk(users: Iterable[int], most: int) -> Mapping[int, int]:
    """Return how many bytes of /tmp each user's files take; nothing where all of them take less than `most`.

    The caller's own are -1, and only asked for where /tmp is no other's: as the first process of a sandbox.
    """
    users = [user for user in users if user >= 0 or os.getpid() == 1]
    whole = os.statvfs("/tmp")  # noqa: S108 - the sandbox's own
    if (whole.f_blocks - whole.f_bfree) * whole.f_frsize < most:
        return {}
    return {user: as_user(user, partial(_size, user if user >= 0 else os.getuid())) for user in users}


def _size(user: int) -> int:
    return sum(_sizes(user))


def _sizes(user: int) -> Iterator[int]:
    for folder, _, files in os.walk("/tmp"):  # noqa: S108 - as above
        for name in files:
            with suppress(OSError):  # it went meanwhile
                status = os.lstat(f"{folder}/{name}")
                if status.st_uid == user:
                    yield status.st_blocks * _BLOCK
