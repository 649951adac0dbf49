"""Measures what packages take, from outside: what their processes use, and what the whole sandbox holds.

A process's own memory is what proc_pid_status(5) says of it, with what the kernel keeps for it: page tables, and the
list of its mappings. What is no process's, such as shared memory that was touched and let go of, or what waits in
sockets, is the sandbox's: of it, and of what is written, only the growth since nothing ran is known. So that is told
of a package that runs alone, and of no other one.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .bounds import ProcessUsage
from .ending import as_user, places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .bounds import Bounds

_FEW = 32  # processes whose lists of mappings are nothing beside what they may use
# Processes may share so many times what they may use. To find out what each has of it takes the kernel up to a quarter
# of a second for a GiB, on a busy machine: whoever asks of hundreds of them sees nothing else for a minute.
_SHARING = 8
_MAPPING = 200  # bytes of the kernel's memory for each, in /proc/slabinfo
_BRIEF = 1.0  # seconds that counting them may take at a time: on a busy machine a few lists
_KNOWN = 16384  # processes
# When the mappings of a process were counted, and how many there were.
_counted: dict[int, tuple[float, int]] = {}
# Shared memory that has no name, or none any more: proc_pid_maps(5).
_SHARED = (b" /dev/zero (deleted)\n", b" /memfd:", b" /SYSV")
# The memory of a container, and what the kernel takes back from it when it likes: cgroups(7), versions 2 and 1.
_CHARGED = (
    ("memory.current", "memory.stat", ("active_file", "inactive_file", "slab_reclaimable")),
    ("memory/memory.usage_in_bytes", "memory/memory.stat", ("total_active_file", "total_inactive_file")),
)
_GROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process as /proc has it: proc_pid_status(5), in bytes.

    `memory` is what is its own or a shared memory's, `shared` the latter alone, `tables` what the kernel has for it.
    `slots` are at least as many as its open files.
    """

    pid: int
    parent: int
    user: int
    memory: int
    shared: int
    tables: int
    threads: int
    slots: int


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

    def size(*names: str) -> int:
        return sum(int(fields[name].split()[0]) * 1024 for name in names if name in fields)

    return Process(
        pid=pid,
        parent=int(fields["PPid"]),
        user=int(fields["Uid"].split()[1]),
        memory=size("RssAnon", "RssShmem", "VmSwap", "HugetlbPages"),
        shared=size("RssShmem"),
        tables=size("VmPTE"),
        threads=int(fields["Threads"]),
        slots=int(fields["FDSize"]),
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


def used(own: tuple[Process, ...], most: Bounds, user: int = -1) -> ProcessUsage:
    """Add up what processes use; where that seems to be too much, more exactly, as only their own `user` may ask.

    The caller's own user is -1.
    """
    memory, files = sum(each.memory for each in own), sum(each.slots for each in own)
    if most.memory < memory <= _SHARING * most.memory and len(own) > 1:
        memory = as_user(user, lambda: sum(map(_proportional, own)))
    memory += sum(each.tables for each in own)
    if len(own) > _FEW:
        memory += _MAPPING * as_user(user, lambda: _mappings(own))
    if files > most.all_files:
        files = as_user(user, lambda: sum(map(_open_files, own)))
    return ProcessUsage(memory=memory, processes=sum(each.threads for each in own), files=files)


def _proportional(process: Process) -> int:
    """Return what a process uses, each shared page in parts: proc_pid_smaps(5); all of it where nobody may know."""
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        fields = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
        return fields.get("Pss_Anon:", fields["Pss:"]) + fields.get("Pss_Shmem:", 0)
    return process.memory


def _mappings(own: Iterable[Process]) -> int:
    """Count the mappings of processes, in a short time: of those that it is too short for, as they were when counted.

    A list of the 65,530 that a process may have takes the kernel a tenth of a second, and a package has hundreds of
    processes: whoever reads all of them sees nothing else for as long.
    """
    if len(_counted) > _KNOWN:
        _counted.clear()
    until = time.monotonic() + _BRIEF
    for each in sorted(own, key=lambda each: _counted.get(each.pid, (0.0, 0))[0]):
        with suppress(OSError):
            _counted[each.pid] = (time.monotonic(), _maps(each).count(b"\n"))
        if time.monotonic() > until:
            break
    return sum(_counted[each.pid][1] for each in own if each.pid in _counted)


def _open_files(process: Process) -> int:
    """Count the open files of a process; as many as it has room for where nobody may know."""
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{process.pid}/fd").iterdir())
    return process.slots


def _maps(process: Process) -> bytes:
    return Path(f"/proc/{process.pid}/maps").read_bytes()


@dataclass(frozen=True, kw_only=True)
class SandboxUsage:
    """What a sandbox holds, whoever did it: bytes of memory but for its disk, bytes of its disk, and names there.

    `is_its_own` says that the memory is all of this sandbox's, and nobody else's; else it is the machine's shared one.
    """

    memory: int = 0
    disk: int = 0
    names: int = 0
    is_its_own: bool = True

    def since(self, before: SandboxUsage) -> SandboxUsage:
        """Return what came since."""
        return SandboxUsage(
            memory=self.memory - before.memory,
            disk=self.disk - before.disk,
            names=self.names - before.names,
            is_its_own=self.is_its_own and before.is_its_own,
        )


def held() -> SandboxUsage:
    """Measure what is held now."""
    found = [os.statvfs(each) for each in places()]
    disk = sum((each.f_blocks - each.f_bfree) * each.f_frsize for each in found)
    names = sum(each.f_files - each.f_ffree for each in found)
    charged = _charged()
    memory = _shared_by_all() if charged is None else charged
    return SandboxUsage(memory=memory - disk, disk=disk, names=names, is_its_own=charged is not None)


def _charged() -> int | None:
    """Return what this container's memory is, but for what the kernel only keeps; None where nobody counts it."""
    for current, statistics, kept in _CHARGED:
        with suppress(OSError):
            whole = int((_GROUP / current).read_text(encoding="ascii"))
            lines = (_GROUP / statistics).read_text(encoding="ascii").splitlines()
            return whole - sum(int(size) for name, size in map(str.split, lines) if name in kept)
    return None


def _shared_by_all() -> int:
    """Return the shared memory of the machine: proc_meminfo(5)."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Shmem:"))


def alone(own: tuple[Process, ...], most: Bounds, user: int, grown: SandboxUsage) -> ProcessUsage:
    """Return what one package uses that runs alone: all that came since, where it may have come of it."""
    measured = used(own, most, user)
    memory = grown.memory if grown.is_its_own else 0
    if not memory and grown.memory > most.memory and as_user(user, lambda: int(any(map(_may_share, own)))):
        memory = grown.memory
    return ProcessUsage(
        memory=max(measured.memory, memory),
        processes=measured.processes,
        files=measured.files,
        disk=grown.disk,
        names=grown.names,
    )


def _may_share(process: Process) -> bool:
    """Tell whether a process has shared memory without a name; it may where nobody may know."""
    with suppress(OSError):
        return any(name in _maps(process) for name in _SHARED)
    return True


def is_crowded(running: Iterable[tuple[Process, ...]], most: Bounds, grown: SandboxUsage) -> bool:
    """Tell whether more came since than those that run account for, and one of them may pass for."""
    each = [one for own in running for one in own]
    known = sum(one.memory + one.tables if grown.is_its_own else one.shared for one in each)
    return grown.disk >= most.disk or grown.names >= most.names or grown.memory - known > most.memory
