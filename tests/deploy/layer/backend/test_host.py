from __future__ import annotations

import json
import os
import secrets
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import EngineError, VerificationError
from deploy.layer.backend import host_sandbox
from deploy.layer.backend.host import HostRuntime
from deploy.layer.backend.host_sandbox import HostSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.programs


WHO = b"""
import importlib.util, json, os, sys
print(json.dumps({"path": sys.path, "argument": sys.argv[1:], "user": os.getuid(), "environment": dict(os.environ),
                  "found": [name for name in ("demo", "bot", "pytest", "docker") if importlib.util.find_spec(name)]}))
"""
OPT = {"python/demo.py": b"value = 1\n", "channelwright/x.json": b"{}"}
BOT = b"""
import os, sys, time, demo
def handler(event, context):
    return {"event": event, "request": context.aws_request_id, "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"]}
def failing(event, context):
    raise ValueError("no such day")
def leaving(event, context):
    os._exit(3)
def slow(event, context):
    time.sleep(60)
"""


def allowed() -> str:
    """Say why this machine confines nothing; nothing where it does."""
    try:
        with HostSandbox.filled("python3.11", {}, {}):
            return ""
    except EngineError as error:
        return str(error)


@pytest.fixture
def confined() -> None:
    if lack := allowed():
        pytest.skip(lack)


@pytest.fixture(params=["confined", "unconfined"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[HostSandbox]:
    unconfined = request.param == "unconfined"
    if not unconfined:
        request.getfixturevalue("confined")
    with HostSandbox.filled("python3.11", OPT, {"bot.py": BOT}, unconfined=unconfined) as made:
        yield made


def asked(sandbox: HostSandbox, script: bytes, argument: str = "") -> Any:
    done = sandbox.run(script, argument, {"GIVEN": "1"}, 20)
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)


def test_the_interpreter_sees_the_layer_and_the_code_and_no_package_of_the_host(sandbox: HostSandbox) -> None:
    found = asked(sandbox, WHO)
    assert found["found"] == ["demo", "bot"]
    assert found["path"][:3] == [
        sandbox.task,
        f"{sandbox.opt}/python/lib/python3.11/site-packages",
        f"{sandbox.opt}/python",
    ]
    assert not any("site-packages" in path and not path.startswith(sandbox.opt) for path in found["path"])


def test_the_environment_is_what_is_given_and_the_argument_may_be_long(
    sandbox: HostSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "1")
    found = asked(sandbox, WHO, "ä" * 300_000)
    assert found["argument"] == ["ä" * 300_000]
    assert found["environment"]["GIVEN"] == "1"
    assert "SECRET_OF_THE_HOST" not in found["environment"]


@pytest.mark.usefixtures("confined")
def test_confined_opt_and_task_are_real_and_read_only_and_the_user_is_a_functions(runtime: HostRuntime) -> None:
    own = Path(f"/tmp/{secrets.token_hex(8)}")
    script = b"""
import json, os, sys
def refused(path):
    try:
        open(path, "w").close()
    except OSError as error:
        return error.strerror
print(json.dumps([os.getuid(), sorted(os.listdir("/opt")), os.listdir("/var/task"), os.listdir("/tmp"),
                  refused("/opt/x"), refused("/var/task/x"), refused("/var/x"), refused(sys.argv[1])]))
"""
    with runtime.sandbox("python3.11", OPT, {"bot.py": BOT}) as sandbox:
        assert (sandbox.opt, sandbox.task) == ("/opt", "/var/task")
        closed = "Read-only file system"
        assert asked(sandbox, script, str(own)) == [
            0 if os.geteuid() == 0 else 993,  # root may only become somebody else there
            ["channelwright", "python"],
            ["bot.py"],
            [],
            closed,
            closed,
            closed,
            None,
        ]
    assert not own.exists()


@pytest.mark.usefixtures("confined")
def test_confined_there_is_no_network_but_loopback(runtime: HostRuntime) -> None:
    script = b"""
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), 5).close()
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    print(error.errno)
"""
    with runtime.sandbox("python3.11", {}, {}) as sandbox:
        assert asked(sandbox, script) == 101  # network is unreachable


def test_a_script_that_does_not_end_is_ended(sandbox: HostSandbox) -> None:
    with pytest.raises(VerificationError, match="still ran after 1 s"):
        sandbox.run(b"import time\ntime.sleep(60)", "", {}, 1)


@pytest.mark.usefixtures("confined")
def test_confined_it_is_ended_with_all_it_started_in_whatever_session(runtime: HostRuntime) -> None:
    mark = f"left-{os.getpid()}-{time.monotonic_ns()}"
    script = (
        "import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    os.write(1, b'started')\n"
        f"    os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(30)', '{mark}'])\n"
        "time.sleep(30)"
    ).encode()
    with runtime.sandbox("python3.11", {}, {}) as sandbox, pytest.raises(VerificationError, match="3 s") as caught:
        sandbox.run(script, "", {}, 3)
    assert caught.value.log in {"started", ""}  # a machine that is busy may not have come so far
    deadline = time.monotonic() + 5  # dying takes a moment
    while any(mark in command for command in commands()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def commands() -> Iterator[str]:
    """Yield what every process of this machine was started as."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            yield (process / "cmdline").read_text(encoding="utf-8", errors="replace")


def test_a_function_is_invoked_by_the_real_runtime_interface_client(sandbox: HostSandbox) -> None:
    assert sandbox.has_client
    answer = sandbox.invoke("bot.handler", {"AWS_LAMBDA_FUNCTION_NAME": "bot"}, {"a": ["ß"]}, 20)
    assert isinstance(answer, dict)
    assert answer["event"] == {"a": ["ß"]}
    assert answer["name"] == "bot"
    assert answer["request"].count("-") == 4


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        ("bot.failing", "ValueError: no such day"),
        ("bot.absent", r"Runtime\.HandlerNotFound"),
        ("nothing.handler", r"Runtime\.ImportModuleError: .*No module named 'nothing'"),
        ("bot.leaving", "the runtime ended with code 3"),
    ],
)
def test_a_function_that_does_not_answer_is_refused_with_its_log(sandbox: HostSandbox, handler: str, told: str) -> None:
    with pytest.raises(VerificationError, match=told):
        sandbox.invoke(handler, {"AWS_LAMBDA_FUNCTION_NAME": "bot"}, {}, 20)


def test_a_function_that_takes_too_long_is_refused(sandbox: HostSandbox) -> None:
    with pytest.raises(VerificationError, match=r"Timeout: no answer in 0\.8 s"):
        sandbox.invoke("bot.slow", {"AWS_LAMBDA_FUNCTION_NAME": "bot"}, {}, 0.8)


def test_without_awslambdaric_the_handler_is_called_directly_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)
    said: list[str] = []
    with HostRuntime(os.environ, said.append).sandbox("python3.11", OPT, {"bot.py": BOT}) as sandbox:
        answer = sandbox.invoke("bot.handler", {"AWS_LAMBDA_FUNCTION_NAME": "bot"}, {"a": 1}, 20)
        assert answer == {"event": {"a": 1}, "request": "direct", "name": "bot"}
        with pytest.raises(VerificationError, match="ValueError: no such day"):
            sandbox.invoke("bot.failing", {}, {}, 20)
        with pytest.raises(VerificationError, match="exit code 3"):
            sandbox.invoke("bot.leaving", {}, {}, 20)
    assert "called directly, for awslambdaric is not installed" in said[0]


def test_what_the_sandbox_was_in_is_removed(runtime: HostRuntime) -> None:
    with runtime.sandbox("python3.11", OPT, {}) as sandbox:
        folder = sandbox.folder
        assert folder.exists()
    assert not folder.exists()


def test_where_the_machine_allows_no_namespaces_it_refuses_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that lacks the right to make them: what is started there may not unshare."""
    start = host_sandbox._START.replace("import runpy", "import ctypes, runpy")
    forbidden = (
        "from deploy.inside.look import seccomp; seccomp.install(ctypes.CDLL(None, use_errno=True)); runpy.run_module"
    )
    monkeypatch.setattr(host_sandbox, "_START", start.replace("runpy.run_module", forbidden))
    refused = pytest.raises(EngineError, match="allows no sandbox: unshare: Operation not permitted")
    with refused as caught, HostSandbox.filled("python3.11", OPT, {}):
        pass
    assert "--unconfined" in caught.value.faults[0].cure
    with HostSandbox.filled("python3.11", OPT, {"bot.py": BOT}, unconfined=True) as sandbox:
        assert sandbox.invoke("bot.handler", {"AWS_LAMBDA_FUNCTION_NAME": "bot"}, 1, 20)
        who = asked(sandbox, WHO)["user"]
        names = {0: "root", 65534: "nobody"}
        assert f"it runs as {names.get(who, f'the user {who}')}," in sandbox.described
        assert "signal all processes" in sandbox.described
