"""What a package could ask about where it is: Lambda's answers, as https://docs.aws.amazon.com/lambda/ gives them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import EngineError
from deploy.inside.look.values import Subject
from deploy.layer.backend.host import HostRuntime
from deploy.layer.proof import look
from deploy.layer.proof.look import WantedLook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.layer.backend.protocol import Runtime

pytestmark = pytest.mark.programs

ASKING = rb"""
import json, multiprocessing, os, pathlib, sys
def refused(try_it):
    try:
        return str(try_it())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(json.dumps({
    "environment": dict(os.environ), "argv": sys.argv, "folder": os.getcwd(), "root": os.getuid() == 0,
    "home": os.path.expanduser("~"), "home there": os.path.exists(os.path.expanduser("~")),
    "make home": refused(lambda: os.makedirs(os.path.expanduser("~/.cache"))),
    "semaphore": refused(multiprocessing.Lock), "shm": os.path.exists("/dev/shm"),
    "tmp": os.statvfs("/tmp").f_blocks > 0, "files": __import__("resource").getrlimit(7)[0],
    "command": pathlib.Path("/proc/self/cmdline").read_text().rstrip("\0").split("\0"), "started": sys.orig_argv,
    "flags": [getattr(sys.flags, name) for name in type(sys.flags).__match_args__ if name != "utf8_mode"],
    "host": os.uname().nodename, "exit": hasattr(__import__("builtins"), "exit"),
    "main": [name for name in vars(sys.modules["__main__"]) if not name.startswith("__")],
    "pipeline": [name for name in sys.modules if name.partition(".")[0] == "deploy"],
}), flush=True)
"""


@pytest.fixture(params=[pytest.param("container", marks=pytest.mark.container), "host"])
def answers(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    if request.param == "host":
        try:
            found = asked(HostRuntime(os.environ, say=lambda _: None))
        except EngineError as error:  # this machine allows no sandbox; a container is never done without
            pytest.skip(str(error))
        yield found
        return
    from deploy.container.engine import Engine
    from deploy.layer.backend.containers import ContainerRuntime

    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], engine.architecture, print)
        yield asked(ContainerRuntime(engine, image, os.environ, print))


def asked(runtime: Runtime) -> dict[str, Any]:
    subject = Subject(distribution="a", top="asking", roots=("asking",), modules=("asking",), shared=(), data=())
    with runtime.sandbox("python3.11", {"python/asking.py": ASKING}, {}) as sandbox:
        seen = look.take(sandbox, WantedLook(subjects=(subject,)), "python3.11")
    found: dict[str, Any] = json.loads(seen.accounts[0].tail)
    return found


def test_a_package_finds_lambdas_environment_and_no_trace_of_the_pipeline(answers: dict[str, Any]) -> None:
    environment = answers["environment"]
    assert environment["LAMBDA_TASK_ROOT"] == "/var/task"
    assert environment["LAMBDA_RUNTIME_DIR"] == "/var/runtime"
    assert environment["AWS_LAMBDA_RUNTIME_API"]
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.11"
    assert environment["_HANDLER"].count(".") == 1
    assert environment["PYTHONPATH"] == "/var/runtime"
    assert environment["PATH"] == "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"
    assert environment["LD_LIBRARY_PATH"] == (
        "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
    )
    assert answers["folder"] == "/var/task"
    assert answers["argv"] == ["/var/runtime/bootstrap.py"]
    assert answers["command"] == answers["started"] == ["/var/lang/bin/python3", "/var/runtime/bootstrap.py"]
    assert answers["pipeline"] == []
    assert not [name for name in environment if "CHANNELWRIGHT" in name or name in {"USER", "LOGNAME"}]


def test_the_interpreter_seems_to_have_been_started_without_options(answers: dict[str, Any]) -> None:
    """As this machine's own says of itself, which is of the same version; utf8_mode follows the locales that it has."""
    flags = "[getattr(sys.flags, name) for name in type(sys.flags).__match_args__ if name != 'utf8_mode']"
    usual = f"import sys; print([{flags}, hasattr(__import__('builtins'), 'exit')])"
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([python, "-c", usual], env={}, capture_output=True, text=True, check=True)
    assert str([answers["flags"], answers["exit"]]) == done.stdout.strip()
    assert answers["main"] == []


def test_the_host_is_called_as_functions_are(answers: dict[str, Any]) -> None:
    assert answers["host"].startswith("169.254.")


def test_its_user_is_no_root_and_has_a_home_that_cannot_be_made(answers: dict[str, Any]) -> None:
    assert not answers["root"]
    assert answers["home"] == "/home/sbx_user1051"
    assert not answers["home there"]
    assert answers["make home"].startswith(("OSError: [Errno 30]", "PermissionError", "FileNotFoundError"))


def test_there_is_no_shared_memory_and_as_many_files_as_in_lambda(answers: dict[str, Any]) -> None:
    assert not answers["shm"]
    # What glibc says of it: the one of Amazon Linux 2 the first, newer ones the second.
    assert answers["semaphore"].startswith(("OSError: [Errno 38]", "FileNotFoundError"))
    assert answers["files"] == 1024
    assert answers["tmp"]
