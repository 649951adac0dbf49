from __future__ import annotations

import json
import os
import secrets
import sys
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import BuildError, EngineError, VerificationError
from deploy.executable import Executable
from deploy.inside.exchange import Pin
from deploy.layer.backend import host_sandbox, refusals
from deploy.layer.backend.host import HostRuntime
from deploy.layer.backend.host_files import write_files
from deploy.layer.backend.host_sandbox import HostSandbox
from deploy.layer.spec import LayerSpec
from deploy.locking.lockfile import requirements
from deploy.settings import Layer
from tests.deploy.locking.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.settings import Architecture

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


def spec(architecture: Architecture = "x86_64", *pins: Pin) -> LayerSpec:
    return LayerSpec(
        layer=Layer(name="deps"),
        runtime="python3.11",
        architecture=architecture,
        image=RuntimeImage("host", ""),
        pins=pins,
        dockerfile=Path("Dockerfile.layer"),
        stem="deps",
    )


@pytest.fixture
def runtime() -> HostRuntime:
    return HostRuntime(os.environ, say=lambda _: None)


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


@pytest.mark.parametrize(
    ("setting", "value", "cure"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "raise user.max_user_namespaces"),
    ],
)
def test_a_setting_of_the_kernel_that_forbids_it_is_named_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, cure: str
) -> None:
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    what, cause, advice = refusals.explained("mount /x: Permission denied\n", tmp_path)
    assert what == "this machine allows no sandbox: mount /x: Permission denied"
    assert setting.replace("/", ".") in cause
    assert cure in advice


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    with Index() as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield opened


def offered(index: Index) -> tuple[Pin, ...]:
    """Put wheels on the index of which the runtime's pip would take one each, and lock them all."""
    x86, tag = "x86_64", "cp311-cp311-manylinux"
    files = {
        "newest": index.add(
            "newest", "1.0", f"{tag}2014_{x86}", f"{tag}_2_26_{x86}.manylinux_2_28_{x86}", f"{tag}_2_34_{x86}"
        ),
        "stable": index.add("stable", "1.0", "py3-none-any", f"cp38-abi3-manylinux1_{x86}", f"{tag}2014_aarch64"),
        "pure": index.add("pure", "1.0"),
    }
    return tuple(
        Pin(name=name, version="1.0", hashes=tuple(each.sha256 for each in made)) for name, made in files.items()
    )


CHOSEN = {
    "newest-1.0-cp311-cp311-manylinux_2_26_x86_64.manylinux_2_28_x86_64.whl",
    "stable-1.0-cp38-abi3-manylinux1_x86_64.whl",
    "pure-1.0-py3-none-any.whl",
}


def test_the_wheels_are_those_that_the_runtimes_pip_would_take(index: Index, tmp_path: Path) -> None:
    pins = offered(index)
    HostRuntime(os.environ).fetch(spec("x86_64", *pins), requirements(pins), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == CHOSEN


@pytest.mark.container
def test_the_wheels_are_those_that_the_runtimes_pip_does_take(index: Index, tmp_path: Path) -> None:
    from deploy.container.engine import Engine
    from deploy.layer.backend.containers import ContainerRuntime

    pins = offered(index)
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], "x86_64", lambda _: None)
        runtime = ContainerRuntime(engine, image, os.environ, lambda _: None)
        runtime.fetch(spec("x86_64", *pins), requirements(pins), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == CHOSEN


def test_a_wheel_with_another_hash_is_refused_in_pips_words(index: Index, tmp_path: Path) -> None:
    index.add("pure", "1.0")
    pins = (Pin(name="pure", version="1.0", hashes=("0" * 64,)),)
    with pytest.raises(BuildError) as caught:
        HostRuntime(os.environ).fetch(spec("x86_64", *pins), requirements(pins), tmp_path)
    assert "HASHES" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_requirement_without_a_hash_is_refused(index: Index, tmp_path: Path) -> None:
    index.add("pure", "1.0")
    with pytest.raises(BuildError, match="--require-hashes"):
        HostRuntime(os.environ).fetch(spec(), "pure==1.0\n", tmp_path)


def test_assembling_runs_the_contexts_own_program_and_sees_no_package_of_the_host(runtime: HostRuntime) -> None:
    program = b"""
import importlib.util, pathlib, sys
assert not importlib.util.find_spec("pytest") and "ANSWER" not in __import__("os").environ
out = pathlib.Path(sys.argv[1], "out")
out.mkdir()
(out / "layer.zip").write_bytes(pathlib.Path(sys.argv[1], "wheels/a.whl").read_bytes())
"""
    context = {"deploy/inside/__init__.py": b"", "deploy/inside/assemble.py": program, "wheels/a.whl": b"PK"}
    assert runtime.assemble(spec(), context, use_cache=False) == {"layer.zip": b"PK"}


def test_assembling_that_fails_shows_its_log(runtime: HostRuntime) -> None:
    context = {"deploy/inside/assemble.py": b"import sys\nsys.exit('pure: its wheel is broken')"}
    with pytest.raises(BuildError, match="its wheel is broken"):
        runtime.assemble(spec(), context, use_cache=False)


def test_another_python_or_system_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(EngineError, match=r"Python 3\.11 on darwin") as caught:
        HostRuntime({})
    assert "Python 3.11 on Linux" in caught.value.faults[0].cure


def test_written_files_can_be_read_by_anyone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_files(tmp_path / "new", {"a/b/c.py": b"", "a/run": Executable(b"")})
    finally:
        os.umask(before)
    assert (tmp_path / "new/a/b").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "new/a/b/c.py").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "new/a/run").stat().st_mode & 0o777 == 0o755
