"""A task's process as the one that watches it sees it: what it was given, what it said, and its account."""

from __future__ import annotations

import fcntl
import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .values import Account, Begun, Crash, Finished, Outcome, Record, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # Gives the records of a task, leaving out what is named.
    Trial = Callable[[frozenset[str]], Iterator[Record]]

_TAIL = 4096
_CHUNK = 65536


@dataclass(frozen=True)
class Task:
    """What to run apart: its name, and what gives its records."""

    key: str
    trial: Trial


# EPERM, EACCES and EEXIST of a path that everybody may write to; what there is no more of, EAGAIN, ENOMEM, ENFILE,
# EMFILE and ENOSPC, and EADDRINUSE, of whatever it is: errno(3).
_TAKEN = re.compile(r"\[Errno (?:(?:1|13|17)\].*/(?:tmp|dev/shm)/|(?:11|12|23|24|28|98)\])")


@dataclass
class Running:
    """A task's process as it is seen from outside, and what it left so far.

    One that runs `alone` answers for all that is taken meanwhile; of those that run together and take too much none
    is known to do it, and each of them is `crowded`.
    """

    task: Task
    user: int
    skip: frozenset[str] = frozenset()
    fatal: list[Outcome] = field(default_factory=list)
    alone: bool = False
    crowded: bool = False
    token: str = ""
    pid: int = 0
    report: int = -1
    output: int = -1
    heard: float = 0.0
    unread: bytearray = field(default_factory=bytearray)
    records: list[Record] = field(default_factory=list)
    received: int = 0
    printed: int = 0
    tail: bytearray = field(default_factory=bytearray)
    intruded: str = ""
    finished: Finished | None = None
    began: float = 0.0
    exceeded: str = ""

    def begun(self) -> Begun | None:
        return next((each for each in reversed(self.records) if isinstance(each, Begun)), None)


def met_another(process: Running) -> bool:
    """Tell whether something failed for what another user may have taken: a name, room, an address, or all of a kind.

    All users of a sandbox have some things together, such as inotify's instances: user_namespaces(7).

    In Lambda all of them are one user and one process: what the first one took, the others have. The room may be there
    again when it is measured.
    """
    errors = (each.error for each in process.records if isinstance(each, Outcome))
    return not process.alone and any(map(_TAKEN.search, errors))


def listen(descriptor: int, process: Running) -> None:
    """Take what a process wrote since."""
    try:
        content = os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return
    if descriptor == process.output:
        process.printed += len(content)
        process.tail = (process.tail + content)[-_TAIL:]
        return
    process.received += len(content)
    process.unread += content
    while (end := process.unread.find(b"\n")) >= 0:
        line = bytes(process.unread[:end])
        del process.unread[: end + 1]
        _take(line, process)


def _take(line: bytes, process: Running) -> None:
    process.heard = time.monotonic()
    if process.finished or process.intruded:
        return
    token, _, text = line.decode(errors="replace").partition(" ")
    if token != process.token:
        process.intruded = f"something else wrote into its report: {line[:80].decode(errors='replace')!r}"
        return
    try:
        record = read(text)
    except ValueError as error:
        process.intruded = f"something else wrote into its report: {error}"
        return
    if isinstance(record, Crash) and process.begun():
        # Whatever the look's own code came upon, the package's could have put it there, or have written this itself.
        process.intruded = f"the look at it failed once its code ran: {record.trace[-_TAIL:].strip()}"
    elif isinstance(record, Finished):
        process.finished = record
    else:
        process.records.append(record)


def drain(process: Running) -> None:
    """Read what an ended process left in its pipes, and no more than they held.

    Where nothing confines it, others that it started may still write to them, for ever: `--unconfined`.
    """
    for descriptor in (process.output, process.report):
        for _ in range(0, fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ), _CHUNK):
            listen(descriptor, process)


def account(process: Running) -> Account:
    crash = "".join(each.trace for each in process.records if isinstance(each, Crash))
    changed = process.finished.changed if process.finished else ()
    intruded = process.intruded or (f"changed the look itself: {', '.join(changed)}" if changed else "")
    kept = (each for each in process.records if not isinstance(each, Begun | Crash))
    return Account(
        subject=process.task.key,
        records=(*kept, *process.fatal),
        intruded=intruded,
        crash=crash,
        printed=process.printed,
        tail=process.tail.decode(errors="replace"),
    )
