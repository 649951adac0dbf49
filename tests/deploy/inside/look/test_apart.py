"""No package speaks for another one: what it tries is its own failure, is bounded, and ends with it."""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from deploy.inside.look import apart, ending
from deploy.inside.look.running import Task
from deploy.inside.look.values import Begun, Outcome
from tests.deploy.inside.look.tasks import WORKS, accounts, in_a_process, task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from deploy.inside.look.bounds import Bounds
    from deploy.inside.look.ending import Traces
    from deploy.inside.look.running import Running
    from deploy.inside.look.usage import SandboxUsage
    from deploy.inside.look.values import Record

pytestmark = pytest.mark.programs

LOOKED_AT = os.WEXITED | os.WNOWAIT


def test_what_works_is_reported_with_what_it_printed() -> None:
    found = accounts(task("good", "import os; os.write(1, b'hello\\n')"))["good"]
    assert found.records == (Outcome(kind="module", what="good"),)
    assert (found.intruded, found.crash, found.printed, found.tail) == ("", "", 6, "hello\n")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import os; os._exit(0)", "the process ended with exit code 0"),
        ("import os; os._exit(7)", "the process ended with exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the process died of SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the process died of SIGKILL"),
        ("import os; os.closerange(3, 100)", "the process ended with exit code 70"),
    ],
)
def test_an_end_without_the_last_word_is_a_failure_of_what_was_tried(code: str, error: str) -> None:
    found = accounts(task("bad", code), task("victim", ""))
    assert found["bad"].records == (Outcome(kind="module", what="bad", error=error),)
    assert found["victim"].records == (WORKS,)


FORGED = """
import os
line = '{"record": "Outcome", "kind": "module", "what": "victim"}'
end = '{"record": "Finished", "changed": []}'
for name in os.listdir("/proc/self/fd"):
    if int(name) > 2:
        try:
            os.write(int(name), f"{line}\\n{end}\\n".encode())
        except OSError:
            pass
"""


WRITERS = {
    "at once": FORGED,
    "and leaves": FORGED + "os._exit(0)\n",
    "from a fork": FORGED.replace("import os", "import os\nos.fork() or os.setsid()"),
    "from a thread": f"import threading as t\nt = t.Thread(target=exec, args=({FORGED!r}, {{}}))\nt.start()\nt.join()",
}


@pytest.mark.parametrize("way", WRITERS)
def test_a_second_writer_is_found_out_and_speaks_for_nobody(way: str) -> None:
    found = accounts(task("bad", WRITERS[way]), task("victim", "raise SystemExit('broken')"))
    assert "something else wrote into its report" in found["bad"].intruded
    assert Outcome(kind="module", what="victim") not in found["bad"].records
    assert "SystemExit: broken" in found["victim"].intruded  # this test's own task catches nothing


def test_an_exit_handler_never_runs() -> None:
    code = "import atexit; atexit.register(lambda: print('too late'))"
    found = accounts(task("bad", code))["bad"]
    assert (found.intruded, found.tail) == ("", "")


REPLACERS = {
    "through frames": """
import sys
frame = sys._getframe()
while frame:
    if "_speak" in frame.f_globals:
        frame.f_globals["written"] = lambda record: "{}"
    frame = frame.f_back
""",
    "through the collector": """
import gc
for each in gc.get_objects():
    if isinstance(each, dict) and "_remembered" in each and "_speak" in each:
        each["written"] = str
""",
}


@pytest.mark.parametrize("way", REPLACERS)
def test_a_changed_look_is_a_failure_of_that_package_alone(way: str) -> None:
    found = accounts(task("bad", REPLACERS[way]), task("victim", ""))
    assert "changed the look itself: deploy.inside.look.child." in found["bad"].intruded
    assert found["victim"].records == (WORKS,)
    assert found["victim"].intruded == ""


def test_replaced_functions_of_the_standard_library_do_not_keep_a_failure_from_being_reported() -> None:
    code = (
        "import json, os\njson.dumps = lambda *a, **k: '{}'\nos.write = lambda fd, data: len(data)\n"
        "raise RuntimeError('broken')"
    )
    assert "RuntimeError: broken" in accounts(task("bad", code))["bad"].intruded


def test_what_a_package_leaves_running_ends_with_it_also_in_a_session_of_its_own() -> None:
    def look() -> None:
        code = (
            "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)\n"
            "    time.sleep(600)\ntime.sleep(0.2)"
        )
        assert accounts(task("bad", code))["bad"].intruded == ""
        assert ending.children() == frozenset()

    in_a_process(look)


def test_a_package_that_forks_does_not_outlive_its_time() -> None:
    def look() -> None:
        started = time.monotonic()
        found = accounts(task("bad", "import os, time\nos.fork()\ntime.sleep(600)"), silence=1)["bad"]
        assert found.records == (Outcome(kind="module", what="bad", error="still ran after 1 s"),)
        assert time.monotonic() - started < 30
        assert ending.children() == frozenset()

    in_a_process(look)


def test_the_watching_process_cannot_be_reached_through_proc_nor_traced() -> None:
    """As the same user who is not root, the way of a host: /proc/PID/fd and ptrace are closed."""
    if os.geteuid() != 0:
        pytest.skip("takes the right to become somebody else")

    codecs.lookup("ascii")  # whom it becomes may not read where this Python has its codecs

    def look() -> None:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        ending.guard()
        code = (
            "import ctypes, os\nparent = os.getppid()\nfailed = []\n"
            "for try_ in (lambda: os.listdir(f'/proc/{parent}/fd'), lambda: open(f'/proc/{parent}/mem', 'r+b'),\n"
            "             lambda: open(f'/proc/{parent}/fd/1', 'w')):\n"
            "    try: try_()\n    except OSError as error: failed.append(type(error).__name__)\n"
            "libc = ctypes.CDLL(None, use_errno=True)\n"
            "failed.append(str(libc.ptrace(16, parent, 0, 0)))\n"  # PTRACE_ATTACH
            "os.write(1, f'{failed}\\n'.encode())"
        )
        tail = accounts(task("bad", code))["bad"].tail
        assert tail == "['PermissionError', 'PermissionError', 'PermissionError', '-1']\n", tail

    in_a_process(look)


def test_the_look_s_own_failure_is_a_crash_before_any_code_of_the_package_ran_and_the_package_s_after() -> None:
    def trial(skip: frozenset[str], *begun: Begun) -> Iterator[Record]:
        del skip
        yield from begun
        raise LookupError("a fault of the probe")

    tasks = Task("early", trial), Task("late", lambda skip: trial(skip, Begun(kind="module", what="late")))
    early, late = apart.run(tasks, own_users=False)
    assert "LookupError: a fault of the probe" in early.crash
    assert (early.intruded, late.crash) == ("", "")
    assert late.intruded.startswith("the look at it failed once its code ran: ")
    assert "LookupError: a fault of the probe" in late.intruded


def test_the_probe_runs_on_a_python_that_sees_nothing_of_the_pipeline() -> None:
    from deploy.inside.look.values import Plan
    from deploy.layer.proof.script import script

    plan = Plan(layer="/nowhere", code="/nowhere", region="us-east-1", own_users=False)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-", plan.to_json()], input=script(), capture_output=True, check=True
    )
    assert done.stdout.startswith(b'["place", ')


def test_the_probe_imports_nothing_of_what_it_looks_at(tmp_path: Path) -> None:
    """Not even to read what the runtime has, at its end, by a module that imports a good part of Python's own."""
    from deploy.inside.look.values import Plan
    from deploy.layer.proof.script import script

    (tmp_path / "quopri.py").write_text("import os\nos.write(2, b'imported')\nraise SystemExit\n")
    plan = Plan(layer=str(tmp_path), code="/nowhere", region="us-east-1", own_users=False, runtime_provides=("boto3",))
    first = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n".encode()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-", plan.to_json()], input=first + script(), capture_output=True, check=True
    )
    assert (done.stdout[:9], done.stderr) == (b'["place",', b"")


def test_what_one_does_last_is_measured_though_it_ends_while_it_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    measure, ended = apart._measure, []

    def slow(running: Sequence[Running], most: Bounds, grown: SandboxUsage, traces: Traces) -> None:
        over = (each.finished or os.waitid(os.P_PID, each.pid, LOOKED_AT | os.WNOHANG) for each in running)
        ended.append([each is not None for each in over])
        measure(running, most, grown, traces)
        for each in running:
            os.waitid(os.P_PID, each.pid, LOOKED_AT)

    monkeypatch.setattr(apart, "_measure", slow)
    assert accounts(task("quick", ""))["quick"].records == (Outcome(kind="module", what="quick"),)
    assert ended[-1] == [True]
