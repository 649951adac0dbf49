from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from deploy.bench.counting_runtime import CountingRuntime
from deploy.container.digest import RuntimeImage
from deploy.errors import BuildError, EngineError, VerificationError
from deploy.layer.backend.containers import ContainerRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.container.engine import Engine
    from deploy.layer.backend.protocol import Sandbox
    from deploy.layer.spec import LayerSpec

pytestmark = pytest.mark.container

OPT = {
    "python/plain.py": b"WHERE = 'layer'\n",
    "python/lib/python3.11/site-packages/deep.py": b"WHERE = 'site'\n",
    "python/both.py": b"WHERE = 'layer'\n",
}
TASK = {
    "both.py": b"WHERE = 'task'\n",
    "good.py": b"""
import os, plain
def handler(event, context):
    return {"event": event, "from": plain.__file__, "variable": os.environ["STAGE"], "user": os.getuid(),
            "left": context.get_remaining_time_in_millis()}
""",
    "missing.py": b"import nowhere\n",
    "raising.py": b"def handler(event, context):\n    print('about to fail')\n    raise ValueError('what a pity')\n",
    "hanging.py": b"import time\ndef handler(event, context):\n    time.sleep(60)\n",
    "falling.py": b"import os\ndef handler(event, context):\n    os._exit(7)\n",
    "nothing.py": b"def handler(event, context):\n    return None\n",
}


@dataclass
class Spec:
    """As much of a LayerSpec as the runtime reads."""

    runtime: str = "python3.11"
    stem: str = "test"
    has_own_dockerfile: bool = False


SPEC = cast("LayerSpec", Spec())


@pytest.fixture(scope="module")
def runtime(engine: Engine, runtime_image: str) -> ContainerRuntime:
    return ContainerRuntime(engine, engine.resolve(runtime_image, "x86_64", print), os.environ)


@pytest.fixture(scope="module")
def sandbox(runtime: ContainerRuntime) -> Iterator[Sandbox]:
    with runtime.sandbox(SPEC.runtime, OPT, TASK) as opened:
        yield opened


def test_a_script_finds_modules_in_lambdas_order(sandbox: Sandbox) -> None:
    script = (
        b"import sys, json, both, plain, deep; print(json.dumps([sys.path[:4], both.WHERE, plain.WHERE, deep.WHERE]))"
    )
    path, *found = json.loads(sandbox.run(script, "", {}, 30).stdout)
    assert path == ["/var/task", "/opt/python/lib/python3.11/site-packages", "/opt/python", "/var/runtime"]
    assert found == ["task", "layer", "site"]


def test_what_the_layer_lacks_comes_from_the_runtime_as_in_lambda(sandbox: Sandbox) -> None:
    assert sandbox.run(b"import boto3; print(boto3.__file__)", "", {}, 30).stdout.startswith("/var/runtime/boto3/")


def test_a_script_gets_its_argument_however_long_and_its_environment(sandbox: Sandbox) -> None:
    argument = "ü" * 300_000
    done = sandbox.run(
        b"import os, sys; print(len(sys.argv), sys.argv[1] == '\xc3\xbc' * 300_000, os.environ['STAGE'])",
        argument,
        {"STAGE": "dev"},
        30,
    )
    assert (done.code, done.stdout) == (0, "2 True dev\n")


def test_a_script_that_raises_says_so(sandbox: Sandbox) -> None:
    done = sandbox.run(b"raise SystemExit('no')", "", {}, 30)
    assert (done.code, done.stderr) == (1, "no\n")


def test_a_script_that_hangs_is_given_up(sandbox: Sandbox) -> None:
    with pytest.raises(VerificationError, match=r"still ran after 0\.5 s") as raised:
        sandbox.run(b"import time; print('began', flush=True); time.sleep(60)", "", {}, 0.5)
    assert raised.value.log == "began\n"


def test_a_handler_answers_through_the_emulator(sandbox: Sandbox) -> None:
    answer = sandbox.invoke("good.handler", {"STAGE": "dev"}, {"say": "grüß"}, 30)
    assert isinstance(answer, dict)
    assert 20_000 < answer.pop("left") <= 30_000
    assert answer == {"event": {"say": "grüß"}, "from": "/opt/python/plain.py", "variable": "dev", "user": 65534}
    assert sandbox.invoke("nothing.handler", {}, {}, 30) is None


@pytest.mark.parametrize(
    ("handler", "what", "log"),
    [
        (
            "missing.handler",
            "Runtime.ImportModuleError: Unable to import module 'missing': No module named 'nowhere'",
            "nowhere",
        ),
        ("absent.handler", "Runtime.ImportModuleError: Unable to import module 'absent'", "absent"),
        ("good.other", "Runtime.HandlerNotFound: Handler 'other' missing on module 'good'", "other"),
        ("raising.handler", "ValueError: what a pity", "about to fail"),
        ("falling.handler", "Runtime.ExitError", "exit status 7"),
    ],
)
def test_a_handler_that_cannot_answer_is_refused_with_its_log(
    sandbox: Sandbox, handler: str, what: str, log: str
) -> None:
    with pytest.raises(VerificationError) as raised:
        sandbox.invoke(handler, {}, {}, 30)
    assert raised.value.faults[0].where == handler
    assert what in raised.value.faults[0].what
    assert log in raised.value.log


def test_a_handler_that_hangs_is_given_up(sandbox: Sandbox) -> None:
    with pytest.raises(VerificationError, match=r"hanging\.handler") as raised:
        sandbox.invoke("hanging.handler", {}, {}, 2)
    assert "INVOKE START" in raised.value.log


def assembling(program: str) -> dict[str, bytes]:
    return {
        "deploy/inside/assemble.py": f"import os, socket, sys\n{program}\n".encode(),
        "deploy/__init__.py": b"",
        "deploy/inside/__init__.py": b"",
        "recipe": b"r",
    }


def test_an_assembly_gives_what_it_left_in_out(runtime: ContainerRuntime) -> None:
    program = "os.makedirs('/build/out/parts'); os.rename(f'{sys.argv[1]}/recipe', '/build/out/parts/recipe')"
    assert runtime.assemble(SPEC, assembling(program), use_cache=False) == {"parts/recipe": b"r"}


def test_an_assembly_has_no_network_and_writes_nowhere_but_in_its_own_folders(runtime: ContainerRuntime) -> None:
    program = """
os.makedirs("/build/out")
for name, attempt in {
    "network": lambda: socket.create_connection(("172.17.0.1", 22), 5),
    "image": lambda: open("/usr/of-the-image", "w"),
    "owner": lambda: os.chown("/build/recipe", 5, 5),
}.items():
    try:
        attempt()
    except OSError as error:
        open(f"/build/out/{name}", "w").write(error.strerror)
"""
    assert runtime.assemble(SPEC, assembling(program), use_cache=False) == {
        "network": b"Network is unreachable",
        "image": b"Read-only file system",
        "owner": b"Operation not permitted",
    }


def test_an_assembly_that_fails_keeps_its_log(runtime: ContainerRuntime) -> None:
    with pytest.raises(BuildError, match="test: could not be assembled") as raised:
        runtime.assemble(SPEC, assembling("sys.exit('the reason')"), use_cache=False)
    assert raised.value.log == "the reason\n"


def test_an_assembly_that_is_killed_says_what_may_have_done_so(runtime: ContainerRuntime) -> None:
    with pytest.raises(BuildError, match="where the engine's memory ends"):
        runtime.assemble(SPEC, assembling("os.kill(os.getpid(), 9)"), use_cache=False)


def test_the_folder_of_an_assembly_goes_with_its_container(engine: Engine, runtime: ContainerRuntime) -> None:
    program = "os.makedirs('/build/out'); open('/build/out/mounts', 'w').write(open('/proc/self/mountinfo').read())"
    mounts = runtime.assemble(SPEC, assembling(program), use_cache=False)["mounts"].decode()
    (volume,) = re.findall(r"/volumes/(\w+)/_data /build ", mounts)
    assert volume not in {each["Name"] for each in engine.client.volumes()["Volumes"]}


def test_the_processor_time_of_an_assembly_is_counted(engine: Engine, runtime_image: str) -> None:
    runtime = CountingRuntime(engine, engine.resolve(runtime_image, "x86_64", print), os.environ)
    program = "import time\nos.makedirs('/build/out')\nwhile time.process_time() < 0.3: pass\ntime.sleep(1)"
    assert runtime.assemble(SPEC, assembling(program), use_cache=False) == {}
    assert 0.3 <= runtime.seconds < 1


OWN_DOCKERFILE = cast("LayerSpec", Spec(has_own_dockerfile=True))


def test_a_projects_own_dockerfile_is_built_whatever_it_says(runtime: ContainerRuntime) -> None:
    dockerfile = b"ARG RUNTIME_IMAGE\nFROM ${RUNTIME_IMAGE}\nCOPY recipe /out/recipe\nRUN printf b > /out/b\n"
    made = runtime.assemble(OWN_DOCKERFILE, {"Dockerfile.layer": dockerfile, "recipe": b"r"}, use_cache=False)
    assert made == {"recipe": b"r", "b": b"b"}


def test_a_projects_own_dockerfile_that_fails_keeps_its_log(runtime: ContainerRuntime) -> None:
    dockerfile = b"ARG RUNTIME_IMAGE\nFROM ${RUNTIME_IMAGE}\nRUN echo the reason >&2; exit 3\n"
    with pytest.raises(BuildError, match="non-zero code: 3") as raised:
        runtime.assemble(OWN_DOCKERFILE, {"Dockerfile.layer": dockerfile}, use_cache=False)
    assert "the reason" in raised.value.log


def test_an_image_that_went_away_is_named(engine: Engine) -> None:
    with pytest.raises(EngineError, match="gone:1: is not here any more"):
        ContainerRuntime(engine, RuntimeImage("gone:1", "sha256:0"), {})
