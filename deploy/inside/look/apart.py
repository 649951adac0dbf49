"""Runs each task of a look in a process of its own, watches it from outside, and writes its account.

What a process reports is about itself alone, and is only taken with the token that it was given, in the order that the
look writes: an exit without the last word, a line of somebody else, or a changed look are failures of that subject.
Code that runs in one process can speak for that process; it reaches no other one:

- Where the watching process is root and may choose, each task runs as a user of its own, and with it ends all that
  this user runs, whatever session or parent it has.
- Elsewhere one task runs at a time, the watching process cannot be traced nor its files reached through /proc
  (PR_SET_DUMPABLE, prctl(2)), orphans come to it (PR_SET_CHILD_SUBREAPER), and end with the task.

A task is bounded, in all of bounds.py, and in what it may report; of what it prints the end is kept. What cannot be
told to be of one of several tasks, such as files that are deleted and still open, has each of them run again, alone. So
does a name in /tmp, or a socket with an address, lest one make another one work or fail by it; what one finds taken;
and its end by nobody that is known: where memory ends, the kernel chooses whom it ends.
"""

from __future__ import annotations

import itertools
import os
import secrets
import selectors
import signal
import sys
import time
from collections import deque
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import child, ending, usage
from .bounds import LATE, Bounds
from .ending import Traces, places
from .running import Running, Task, account, drain, listen, met_another
from .usage import SandboxUsage
from .values import Finished, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .values import Account

_DEATHS = 8
_WORKERS = 4
_REPORT = 8 * 1024 * 1024
_FIRST_USER = 40000
_USERS = 1024  # as many numbers a run keeps for itself, where it shares them with other runs
# Numbers that nobody has: above those that systemd gives its containers, https://systemd.io/UIDS-GIDS, and those that
# deploy/layer/backend/namespaces.py gives.
_SHARED = range(0x70010000, 0x74000000, _USERS)
_INTERVAL = 0.1
_BOUNDS = Bounds()


def run(tasks: Sequence[Task], *, own_users: bool, most: Bounds = _BOUNDS) -> Iterator[Account]:
    """Run the tasks, as many at a time as there are cores where each has a user of its own; yield their accounts."""
    traces = Traces(places() if own_users else ())
    workers = min(len(os.sched_getaffinity(0)), _WORKERS) if own_users and traces.are_seen else 1
    users = itertools.count(_first_user()) if own_users else itertools.repeat(-1)
    waiting = deque(Running(task, user, alone=workers == 1) for task, user in zip(tasks, users, strict=False))
    running: list[Running] = []
    before, measured = SandboxUsage(), 0.0
    with selectors.DefaultSelector() as selector, closing(traces):
        while waiting or running:
            if not running:
                before = _held(own_users=own_users)
                traces.are_new()  # what the one before left is gone
            while waiting and _has_room(waiting[0], running, workers):
                running.append(_start(waiting.popleft(), most, selector))
            for key, _ in selector.select(0.05):
                listen(key.fd, key.data)
            # Who has ended is looked up before it is measured: what one does last is measured too.
            over = [each for each in running if _is_over(each, most)]
            if over or time.monotonic() - measured > _INTERVAL:
                _measure(running, most, _held(own_users=own_users).since(before), traces)
                measured = time.monotonic()
            for process in [each for each in running if each in over or each.exceeded or each.crowded]:
                running.remove(process)
                again = _ended(process, selector, frozenset(each.pid for each in running))
                if again is None:
                    yield account(process)
                else:
                    waiting.appendleft(again)


def _first_user() -> int:
    """Return the first number for packages' users.

    Where a container has the machine's own numbers, the kernel counts the processes of each in all containers together,
    user_namespaces(7): there two runs at once have others, lest one package's processes be another one's limit.
    """
    first = secrets.choice(_SHARED)
    is_shared = all(_has(first, Path("/proc/self", name)) for name in ("uid_map", "gid_map"))
    return first if is_shared else _FIRST_USER


def _has(user: int, numbers: Path) -> bool:
    extents = (tuple(map(int, line.split())) for line in numbers.read_text(encoding="ascii").splitlines())
    return any(first <= user and user + _USERS <= first + count for first, _, count in extents)


def _has_room(one: Running, running: Sequence[Running], workers: int) -> bool:
    return not running or not (len(running) >= workers or any(each.alone for each in (one, *running)))


def _held(*, own_users: bool) -> SandboxUsage:
    """Measure what this sandbox holds; nothing where it is none."""
    return usage.held() if own_users or os.getpid() == 1 else SandboxUsage()


def _measure(running: Sequence[Running], most: Bounds, grown: SandboxUsage, traces: Traces) -> None:
    """Note which of the processes that run passed a bound, with all that they started, and which may meet others."""
    seen = usage.processes()
    every = []
    for each in running:
        # Without users of their own one task runs, and all that is below the watching process is of that one.
        below = (one for one in usage.below(os.getpid(), seen) if one.pid != os.getpid())
        own = tuple(one for one in seen if one.user == each.user) if each.user >= 0 else tuple(below)
        taken = usage.alone(own, most, each.user, grown) if each.alone else usage.used(own, most, each.user)
        each.exceeded = each.exceeded or most.exceeded(taken)
        every.append(own)
    met = traces.are_new()
    if not all(each.alone for each in running) and (met or usage.is_crowded(every, most, grown)):
        for each in running:
            each.crowded = True


def _start(process: Running, most: Bounds, selector: selectors.BaseSelector) -> Running:
    process.token = secrets.token_hex(16)
    process.report, report = os.pipe()
    process.output, output = os.pipe()
    sys.stderr.flush()
    process.pid = os.fork()
    if process.pid == 0:
        child.become(partial(process.task.trial, process.skip), process.user, most, process.token, report, output)
    os.close(report)
    os.close(output)
    for mine in (process.report, process.output):
        os.set_blocking(mine, False)
        selector.register(mine, selectors.EVENT_READ, process)
    process.heard = time.monotonic()
    process.began = process.began or process.heard
    return process


def _is_over(process: Running, most: Bounds) -> bool:
    if process.finished or process.intruded or process.received > _REPORT:
        return True
    now = time.monotonic()
    if now - process.heard > most.silence:
        process.exceeded = process.exceeded or f"{LATE} {most.silence:g} s"
    if now - process.began > most.seconds:
        process.exceeded = process.exceeded or f"{LATE} {most.seconds:g} s, with all of its modules"
    return bool(process.exceeded) or process.crowded or _has_exited(process)


def _has_exited(process: Running) -> bool:
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _ended(process: Running, selector: selectors.BaseSelector, running: frozenset[int]) -> Running | None:
    """End all that a task's process left running; return the process that takes its place, if there is more to try."""
    is_ended = _has_exited(process)
    if process.user >= 0:
        ending.end_all_of(process.user)
    else:
        os.kill(process.pid, signal.SIGKILL)
        ending.end_all()
    code = os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])
    ending.take_orphans(running, end=process.user < 0)
    # Its last word may have come between two looks at its pipes, before what it printed; and read to its end is only
    # what nobody writes to any more.
    drain(process)
    for descriptor in (process.report, process.output):
        selector.unregister(descriptor)
        os.close(descriptor)
    if process.crowded and not process.exceeded:
        return Running(process.task, process.user, process.skip, process.fatal, alone=True)
    if process.intruded:
        return None
    if is_ended and code == -signal.SIGKILL and not (process.exceeded or process.alone):
        return Running(process.task, process.user, process.skip, process.fatal, alone=True)
    if process.finished and not process.exceeded:
        return Running(process.task, process.user, alone=True) if met_another(process) else None
    too_large = f"the process reported more than {_REPORT:,} bytes" if process.received > _REPORT else ""
    return _without_what_ended_it(process, process.exceeded or too_large or _death(code))


def _death(code: int) -> str:
    if code < 0:
        return f"the process died of {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}"


def _without_what_ended_it(process: Running, death: str) -> Running | None:
    """Note what ended the process, and let another one try the rest; None where that was tried often enough."""
    begun = process.begun()
    if begun is None or begun.what in process.skip:
        process.intruded = f"{death}, before its last word"
        return None
    process.fatal.append(Outcome(kind=begun.kind, what=begun.what, error=death))
    if len(process.fatal) >= _DEATHS:
        process.finished = Finished()
        return None
    again = Running(process.task, process.user, process.skip | {begun.what}, process.fatal, alone=process.alone)
    again.printed, again.tail, again.began = process.printed, process.tail, process.began
    return again
