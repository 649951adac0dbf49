"""What a package prints is counted, its end is kept, and nobody can have it read for ever."""

from __future__ import annotations

import os
import time

import pytest

from deploy.inside.look import apart, ending, running
from deploy.inside.look.running import Running, Task
from deploy.inside.look.values import Outcome
from tests.deploy.inside.look.tasks import WORKS, accounts, in_a_process, task

pytestmark = pytest.mark.programs


def test_what_is_printed_is_counted_and_its_end_is_kept() -> None:
    code = "import os\nfor _ in range(512): os.write(1, b'x' * 65536)\nos.write(1, b'the end\\n')"
    found = accounts(task("loud", code))["loud"]
    assert found.printed == 512 * 65536 + 8
    assert found.tail.endswith("x\nthe end\n".removeprefix("x\n"))
    assert len(found.tail) == 4096


def test_what_is_printed_between_two_looks_at_the_pipes_is_told_though_the_last_word_is_read_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(process: Running) -> bool:
        """Have its end take its time, as that of a process with much memory does."""
        del process
        return False

    def late(descriptor: int, process: Running) -> None:
        if descriptor == process.report:
            time.sleep(0.3)  # the process writes all that it has to say meanwhile
        running.listen(descriptor, process)

    monkeypatch.setattr(apart, "listen", late)
    monkeypatch.setattr(apart, "_has_exited", never)
    found = accounts(task("quick", "import os, time\ntime.sleep(0.1)\nos.write(1, b'hello')"))["quick"]
    assert found.records == (Outcome(kind="module", what="quick"),)
    assert (found.printed, found.tail) == (5, "hello")


def test_what_a_package_leaves_printing_ends_with_it() -> None:
    """Nobody waits for the end of what has none: others are tried, and the verdict comes."""

    def look() -> None:
        printers = (
            "import os\nif os.fork() == 0:\n    os.setsid()\n    os.fork()\n    while True: os.write(1, b'x' * 65536)"
        )
        for end in ("", "\nos._exit(7)"):
            started = time.monotonic()
            found = accounts(task("bad", printers + end), task("victim", ""))
            assert found["victim"].records == (WORKS,)
            assert found["bad"].tail.strip("x") == ""
            assert time.monotonic() - started < 30
            assert ending.children() == frozenset()

    in_a_process(look)


def test_what_still_writes_to_the_pipes_of_an_ended_process_is_not_read_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where nothing confines a package, and it forks faster than anybody ends what it forked."""
    left = Running(Task("bad", lambda _: iter(())), -1)
    (left.report, report), (left.output, output) = os.pipe(), os.pipe()
    listen, reads = running.listen, 0

    def listened(descriptor: int, process: Running) -> None:
        nonlocal reads
        reads += 1
        assert reads < 1000, "it is read for ever"
        listen(descriptor, process)
        os.write(output, b"x" * 4096)

    for each in (left.report, left.output):
        os.set_blocking(each, False)
    os.write(output, b"x" * 65536)
    monkeypatch.setattr(running, "listen", listened)
    running.drain(left)
    assert left.printed == 65536
    for each in (left.report, report, left.output, output):
        os.close(each)
