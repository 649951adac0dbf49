"""What one package may take while it is tried."""

from __future__ import annotations

import resource
from dataclasses import dataclass

MIB = 1024 * 1024
LATE = "still ran after"
"""How the error begins of what took too long."""
_MESSAGE_QUEUES = 12  # RLIMIT_MSGQUEUE, which only Linux has: getrlimit(2)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """`silence` and `seconds` bound each word and the whole, `memory` and `disk` (of what can be written) are bytes.

    `processes` counts threads too; half of what Lambda allows a function, as another half tries other packages.
    `files` and `disk` are Lambda's own: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
    `all_files` are those that all of a package's processes have open together, as what waits in sockets and pipes is
    no process's memory. `names` may lie on the disk, as an empty file takes the kernel's memory and nothing of it.
    `filtered` refuses the system calls of seccomp.py, which QEMU does not let a program of another architecture do.
    """

    silence: float = 60.0
    seconds: float = 600.0
    memory: int = 2048 * MIB
    disk: int = 512 * MIB
    names: int = 100_000
    processes: int = 512
    files: int = 1024
    all_files: int = 4096
    filtered: bool = True

    def limit(self) -> None:
        """Take the limits that a process can take for itself and for all that it starts."""
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (_MESSAGE_QUEUES, 0),
            (resource.RLIMIT_NOFILE, self.files),
            (resource.RLIMIT_FSIZE, self.disk),
            # Memory is measured and not limited: what a process only reserves is no burden. This ends what is faster.
            (resource.RLIMIT_DATA, 4 * self.memory),
        ):
            hard = resource.getrlimit(kind)[1]
            both = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (both, both))

    def exceeded(self, used: ProcessUsage) -> str:
        """Say which bound was passed, in words that end a process; "" where none was.

        Of several, the one that the others follow from: many processes have much memory, and many files open.
        """
        if used.processes >= self.processes:
            return f"the process ran {self.processes:,} processes and threads at once, the most that it may"
        if used.memory > self.memory:
            return f"the process used more than {self.memory // MIB:,} MiB of memory, with all that it started"
        if used.files > self.all_files:
            return f"the process had {self.all_files:,} files open with all that it started, the most that it may"
        if used.disk >= self.disk:
            return f"the process wrote {self.disk // MIB:,} MiB to /tmp, the most that it may"
        if used.names >= self.names:
            return f"the process made {self.names:,} files and folders in /tmp, the most that it may"
        return ""


@dataclass(frozen=True, kw_only=True)
class ProcessUsage:
    """What some processes use together: bytes of memory and of the disk, names there, threads, and open files."""

    memory: int = 0
    processes: int = 0
    files: int = 0
    disk: int = 0
    names: int = 0
