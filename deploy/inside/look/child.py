"""What a task's process does of its own: it gives up its rights, lets packages' code run, and reports."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from . import appearance, seccomp
from .ending import DUMPABLE, SUBREAPER, libc
from .values import Crash, Finished, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from .bounds import Bounds
    from .values import Record


def become(  # noqa: PLR0913, PLR0917 - each is what makes a process a task's
    records: Callable[[], Iterator[Record]], user: int, bounds: Bounds, token: str, report: int, output: int
) -> None:
    """Become the task's process: never return."""
    code = 70
    try:
        os.setsid()
        _confine(user, bounds)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        for each in list(Path("/proc/self/fd").iterdir()):
            if each.name not in {"0", "1", "2", str(report)}:
                _close(int(each.name))
        appearance.put_on()
        _speak(records(), _Voice(report, token))
        code = 0
    except BaseException:  # noqa: BLE001 - the child must not return into the parent's code, whatever happens
        traceback.print_exc()
    finally:
        os._exit(code)


def _close(descriptor: int) -> None:
    with suppress(OSError):  # the one that listed them is gone by now
        os.close(descriptor)


def _confine(user: int, bounds: Bounds) -> None:
    bounds.limit()
    if user >= 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (bounds.processes, bounds.processes))
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    # What it finds under /proc/self is its own, as in Lambda.
    libc.prctl(DUMPABLE, 1, 0, 0, 0)
    libc.prctl(SUBREAPER, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if bounds.filtered:
        seccomp.install(libc)


class _Voice:
    """Writes records with the token; what it needs is bound before any package's code runs."""

    def __init__(self, descriptor: int, token: str) -> None:
        write = os.write

        def say(line: str) -> None:
            left = f"{token} {line}\n".encode()
            while left:
                left = left[write(descriptor, left) :]

        self.say = say


def _speak(records: Iterator[Record], voice: _Voice) -> None:
    """Report every record, then the last word; a failure of the look is a record too."""
    say, write, finished, crash = voice.say, written, Finished, Crash
    unchanged = _remembered()
    try:
        for record in records:
            say(write(record))
    except BaseException:  # noqa: BLE001 - whatever it is, it is the look's own
        say(write(crash(trace=traceback.format_exc())))
    with suppress(BaseException):  # what it printed last; its stdout may be anything by now
        sys.stdout.flush()
    say(write(finished(changed=unchanged())))


def _remembered() -> Callable[[], tuple[str, ...]]:
    """Note the functions and classes that the look consists of; return what names those that were replaced since."""
    modules: list[ModuleType] = [
        module for name, module in list(sys.modules.items()) if name.startswith("deploy.inside.")
    ]
    before = [
        (namespace, f"{module.__name__}.{name}", name, value)
        for module in modules
        for namespace in (vars(module),)
        for name, value in namespace.items()
        if not name.startswith("__")
    ]
    for name in [name for name in sys.modules if name.partition(".")[0] == "deploy"]:
        del sys.modules[name]  # a package under this name is somebody else's

    def changed() -> tuple[str, ...]:
        return tuple(full for namespace, full, name, value in before if namespace.get(name) is not value)

    return changed
