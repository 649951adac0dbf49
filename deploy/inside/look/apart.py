"""Runs each task of a look in a process of its own, watches it from outside, and writes its account.

What a process reports is about itself alone, and is only taken with the token that it was given, in the order that the
look writes: an exit without the last word, a line of somebody else, or a changed look are failures of that subject.
Code that runs in one process can speak for that process; it reaches no other one:

- Where the watching process is root and may choose, each task runs as a user of its own, and with it ends all that
  this user runs, whatever session or parent it has.
- Elsewhere one task runs at a time, the watching process cannot be traced nor its files reached through /proc
  (PR_SET_DUMPABLE, prctl(2)), orphans come to it (PR_SET_CHILD_SUBREAPER), and end with the task.

A task is bounded: in seconds without a word, in processes, in what it may print (of which the end is kept) and report.
"""

from __future__ import annotations

import os
import secrets
import selectors
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from . import child, ending
from .values import Account, Begun, Crash, Finished, Outcome, Record, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    # Gives the records of a task, leaving out what is named.
    Trial = Callable[[frozenset[str]], Iterator[Record]]

SILENCE = 60.0
_DEATHS = 8
_WORKERS = 4
_TAIL = 4096
_REPORT = 64 * 1024 * 1024
_CHUNK = 65536
_FIRST_USER = 40000


@dataclass(frozen=True)
class Task:
    """What to run apart: its name, and what gives its records."""

    key: str
    trial: Trial


@dataclass
class _Process:
    """A task's process as it is seen from outside, and what it left so far."""

    task: Task
    user: int
    skip: frozenset[str] = frozenset()
    fatal: list[Outcome] = field(default_factory=list)
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

    def begun(self) -> Begun | None:
        return next((each for each in reversed(self.records) if isinstance(each, Begun)), None)


def run(tasks: Sequence[Task], *, own_users: bool, silence: float = SILENCE) -> Iterator[Account]:
    """Run the tasks, as many at a time as there are cores where each has a user of its own; yield their accounts."""
    waiting = deque(_Process(task, _FIRST_USER + at if own_users else -1) for at, task in enumerate(tasks))
    workers = min(len(os.sched_getaffinity(0)), _WORKERS) if own_users else 1
    running: list[_Process] = []
    with selectors.DefaultSelector() as selector:
        while waiting or running:
            while waiting and len(running) < workers:
                running.append(_start(waiting.popleft(), selector))
            for key, _ in selector.select(0.05):
                _listen(key.fd, key.data)
            for process in [each for each in running if _is_over(each, silence)]:
                running.remove(process)
                again = _ended(process, selector, silence, frozenset(each.pid for each in running))
                if again is None:
                    yield _account(process)
                else:
                    waiting.appendleft(again)


def _start(process: _Process, selector: selectors.BaseSelector) -> _Process:
    process.token = secrets.token_hex(16)
    process.report, report = os.pipe()
    process.output, output = os.pipe()
    sys.stderr.flush()
    process.pid = os.fork()
    if process.pid == 0:
        child.become(partial(process.task.trial, process.skip), process.user, process.token, report, output)
    os.close(report)
    os.close(output)
    for mine in (process.report, process.output):
        os.set_blocking(mine, False)
        selector.register(mine, selectors.EVENT_READ, process)
    process.heard = time.monotonic()
    return process


def _listen(descriptor: int, process: _Process) -> None:
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


def _take(line: bytes, process: _Process) -> None:
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
    if isinstance(record, Finished):
        process.finished = record
    else:
        process.records.append(record)


def _is_over(process: _Process, silence: float) -> bool:
    if process.finished or process.intruded or process.received > _REPORT:
        return True
    if time.monotonic() - process.heard > silence:
        return True
    return _has_exited(process)


def _has_exited(process: _Process) -> bool:
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _ended(
    process: _Process, selector: selectors.BaseSelector, silence: float, running: frozenset[int]
) -> _Process | None:
    """End all that a task's process left running; return the process that takes its place, if there is more to try."""
    silent = time.monotonic() - process.heard > silence
    if _has_exited(process):
        _drain(process)
    elif process.user < 0:
        os.kill(process.pid, signal.SIGKILL)
    if process.user >= 0:
        ending.end_all_of(process.user)
    code = os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])
    ending.take_orphans(running, end=process.user < 0)
    for descriptor in (process.report, process.output):
        selector.unregister(descriptor)
        os.close(descriptor)
    if process.finished or process.intruded:
        return None
    if process.received > _REPORT:
        process.intruded = f"its report is larger than {_REPORT:,} bytes"
        return None
    return _without_what_ended_it(process, _death(code, silent=silent, silence=silence))


def _drain(process: _Process) -> None:
    """Read what an ended process left in its pipes, which others that it started may still hold open."""
    for descriptor in (process.output, process.report):
        before = -1
        while before != process.printed + process.received:
            before = process.printed + process.received
            _listen(descriptor, process)


def _death(code: int, *, silent: bool, silence: float) -> str:
    if silent:
        return f"still ran after {silence:g} s"
    if code < 0:
        return f"the process died of {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}"


def _without_what_ended_it(process: _Process, death: str) -> _Process | None:
    """Note what ended the process, and let another one try the rest; None where that was tried often enough."""
    begun = process.begun()
    if begun is None or begun.what in process.skip:
        process.intruded = f"{death}, before its last word"
        return None
    process.fatal.append(Outcome(kind=begun.kind, what=begun.what, error=death))
    if len(process.fatal) >= _DEATHS:
        process.finished = Finished()
        return None
    skip = process.skip | {begun.what}
    return _Process(process.task, process.user, skip, process.fatal, printed=process.printed, tail=process.tail)


def _account(process: _Process) -> Account:
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
