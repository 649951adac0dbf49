"""Tasks whose code a test brings, run apart as a package's import is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from deploy.inside.look import apart, ending
from deploy.inside.look.bounds import Bounds
from deploy.inside.look.running import Task
from deploy.inside.look.values import Account, Begun, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploy.inside.look.values import Record

# CLONE_NEWNET, CLONE_NEWNS; MS_REC | MS_PRIVATE: unshare(2), mount(2)
_NETWORK, _MOUNTS, _PRIVATE = 0x40000000, 0x20000, 0x4000 | 0x40000
WORKS = Outcome(kind="module", what="victim")


def task(key: str, code: str) -> Task:
    """Return a task that runs code as an import would, and then says that it worked."""

    def trial(skip: frozenset[str]) -> Iterator[Record]:
        if key not in skip:
            yield Begun(kind="module", what=key)
            exec(compile(code, key, "exec"), {"__name__": key})  # noqa: S102 - the attack of a test
            yield Outcome(kind="module", what=key)

    return Task(key, trial)


def accounts(*tasks: Task, silence: float = 600) -> dict[str, Account]:
    return {each.subject: each for each in apart.run(tasks, own_users=False, most=Bounds(silence=silence))}


def leave_the_machine() -> None:
    """Give this process a /tmp and a network of its own, as a sandbox has them, as far as it may."""
    if ending.libc.unshare(_NETWORK | _MOUNTS) == 0:
        assert ending.libc.mount(b"none", b"/", None, _PRIVATE, None) == 0
        assert ending.libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"mode=1777") == 0


def in_a_process(test: Callable[[], None]) -> None:
    """Run in a forked process what closes that process to others."""
    child = os.fork()
    if child == 0:
        try:
            ending.guard()
            test()
        except BaseException:  # noqa: BLE001 - the child must not return into the test
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
