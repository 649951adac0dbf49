"""Takes a look at what was unpacked: imports everything, loads everything, asks everything, and reports.

Runs in a sandbox with one argument, the plan; prints lines of JSON: an account of each subject as soon as there is
one, and the place as its last word. It judges nothing, so that a failing import is a record like any other and not
the end: deploy/layer/proof makes a verdict of two looks, or of an end that never came.

    probe ─── a task for each top-level package, for the metadata, for some AWS services, for each handler
    apart ─── runs each in a process of its own and watches it from outside
    modules, metadata, clients, handler ─── what is done in there
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from . import apart, clients, ending, handler, metadata, modules, provided
from .place import Place
from .running import Task
from .values import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .running import Trial
    from .values import Record

METADATA = "metadata"
# As many bytes of accounts are said at once: who reads them takes no more, and looks at the others again, each alone.
_ANSWER = 56 * 1024 * 1024
_SERVICES = 24  # as many share a process: botocore takes longer to import than to ask one of them


def main(argument: str, path: list[str]) -> None:
    """Look at what a plan names; only the processes of their own find modules on this path."""
    plan = Plan.from_json(argument)
    ending.guard()
    tasks = tuple(Task(each.key, partial(_on_path, path, each.trial)) for each in _tasks(plan))
    with _quiet_stdout() as answer:
        left, whole = _ANSWER, True
        for account in apart.run(tasks, own_users=plan.own_users, most=plan.bounds):
            line = _line("account", account.to_json())
            if len(line) <= left:
                left -= len(line)
                _say(answer, line)
            else:
                whole = False
        if whole:
            _say(answer, _line("place", _place(plan, path).to_json()))


def _quiet_stdout() -> IO[str]:
    """Keep stdout for the answer alone: what imported code prints goes elsewhere."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answer


def _line(kind: str, content: str) -> str:
    return json.dumps([kind, content]) + "\n"


def _say(answer: IO[str], line: str) -> None:
    answer.write(line)
    answer.flush()


def _tasks(plan: Plan) -> Iterator[Task]:
    if plan.distributions:
        yield Task(METADATA, partial(metadata.look, plan))
    for at in range(0, len(plan.services), _SERVICES):
        services = plan.services[at : at + _SERVICES]
        yield Task(f"client: {' '.join(services)}", partial(clients.look, services, plan))
    for subject in sorted(plan.subjects, key=lambda each: -len(each.modules)):  # the longest first
        yield Task(subject.key, partial(_beside_provided, partial(modules.look, subject, plan), plan))
    for each in plan.handlers:
        yield Task(each.key, partial(_beside_provided, partial(handler.look, each, plan), plan))


def _on_path(path: list[str], trial: Trial, skip: frozenset[str]) -> Iterator[Record]:
    sys.path[:] = path
    yield from trial(skip)


def _beside_provided(trial: Trial, plan: Plan, skip: frozenset[str]) -> Iterator[Record]:
    """Look where imports find what the plan wants of the runtime, too."""
    provided.let_in(plan)
    yield from trial(skip)


def _place(plan: Plan, path: list[str]) -> Place:
    own = provided.folders(plan, path)
    found = [each for folder in map(Path, own) if folder.is_dir() for each in folder.iterdir()]
    names = {each.name.partition(".")[0] for each in found if each.is_dir() or each.suffix in {".py", ".so"}}
    return Place(
        python=sys.version.split()[0],
        glibc=(os.confstr("CS_GNU_LIBC_VERSION") or "").removeprefix("glibc "),
        machine=os.uname().machine,
        runtime_modules=tuple(sorted(name for name in names if name.isidentifier())),
        provided=provided.look(plan, own),
    )
