"""Packages that are tried at the same time: what one of them may have met for another one is found out alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest

from deploy.inside.look import apart
from deploy.inside.look.raised import told
from deploy.inside.look.running import Task
from deploy.inside.look.values import Begun, Outcome
from tests.deploy.inside.look.tasks import in_a_process, leave_the_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.inside.look.values import Record

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(os.geteuid() != 0, reason="root alone has a user to give to each"),
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor tries one package at a time"),
]
# Fails the first time in this way, and works the second time.
ONCE = """
import os
try:
    os.mkdir({place!r})
except FileExistsError:
    pass
else:
    {fails}
"""
FAILS = {
    "no room": "raise OSError(28, 'No space left on device', '/tmp/cache')",
    "a name": "raise PermissionError(13, 'Permission denied', '/tmp/cache')",
    "all of a kind": "raise OSError(24, 'Too many open files')",
    "an address": "raise OSError(98, 'Address already in use')",
    "ended by the kernel": "os.kill(os.getpid(), 9)",
}
OTHER = "import time; time.sleep(1)"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may write to, and that nobody empties."""
    made = Path(mkdtemp(prefix="channelwright-tests-", dir="/var/tmp"))
    made.chmod(0o777)
    yield made
    shutil.rmtree(made)


def tried(key: str, code: str) -> Task:
    """Return a task that runs code as an import, and says what it raised."""

    def trial(skip: frozenset[str]) -> Iterator[Record]:
        if key in skip:
            return
        yield Begun(kind="module", what=key)
        error = ""
        try:
            exec(compile(code, key, "exec"), {"__name__": key})  # noqa: S102 - a test's own
        except OSError as caught:
            error = told(caught)
        yield Outcome(kind="module", what=key, error=error)

    return Task(key, trial)


def looked(code: str) -> str:
    """Try it beside another one, which is none the worse for it; return what failed of it."""
    leave_the_machine()
    tasks = (tried("one", code), tried("other", OTHER))
    one, other = sorted(apart.run(tasks, own_users=True), key=lambda each: each.subject != "one")
    assert other.records == (Outcome(kind="module", what="other"),)
    [outcome] = one.records
    return outcome.error if isinstance(outcome, Outcome) else "no outcome"


@pytest.mark.parametrize("kind", FAILS)
def test_what_another_one_may_have_caused_is_tried_alone(folder: Path, kind: str) -> None:
    code = ONCE.format(place=f"{folder}/tried", fails=FAILS[kind])

    def look() -> None:
        assert looked(code) == ""

    in_a_process(look)
    assert [each.name for each in folder.iterdir()] == ["tried"]


@pytest.mark.parametrize("kind", FAILS)
def test_what_it_meets_alone_too_is_its_own_failure(kind: str) -> None:
    def look() -> None:
        assert ("SIGKILL" if "kill" in FAILS[kind] else "Errno") in looked(f"import os\n{FAILS[kind]}")

    in_a_process(look)
