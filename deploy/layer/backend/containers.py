"""The layer's world in containers of the Lambda runtime image: built there, tried there."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...container import leftovers
from ...container.calls import CallTimedOutError
from ...container.digest import PLATFORMS
from ...container.failures import AbsentError
from ...errors import BuildError, EngineError, VerificationError
from ...inside.look.bounds import Bounds
from ...runtimes.wheel_tags import pip_options
from ..causes import raise_heard
from . import pip_download, pip_install
from .protocol import OPT, TASK_ROOT
from .scripts import ASSEMBLE, LOADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ...completed import Completed
    from ...container.calls import Container
    from ...container.digest import RuntimeImage
    from ...container.engine import Engine
    from ..spec import LayerSpec

_WHEELS, _BUILD = "/wheels", "/build"
_ASSEMBLING = 3000.0  # seconds: an emulated interpreter takes twenty times as long
# https://docs.docker.com/engine/containers/run/#exit-status: 128 and SIGKILL, which comes where the memory ends.
_KILLED = 137
_ROOT = "0:0"
# Four packages at a time, each of which deploy/inside/look/apart.py bounds by itself.
_PROCESSES = 4096
_TEMPORARY = 5 * Bounds().disk
# Sends the event as soon as the emulator listens. Nothing in the runtime image but Python can send it.
_CLIENT = """\
import sys, time, urllib.error, urllib.request
event, patience = sys.argv[1].encode(), float(sys.argv[2])
url = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
deadline = time.monotonic() + patience
while True:
    try:
        with opener.open(urllib.request.Request(url, data=event), timeout=patience) as answer:
            sys.stdout.buffer.write(answer.read())
        break
    except urllib.error.HTTPError as refusal:
        sys.stdout.buffer.write(refusal.read())
        break
    except TimeoutError:
        sys.exit(f"Timeout: no answer in {patience:g} s")
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
            sys.exit(str(error))
        time.sleep(0.01)
"""


class ContainerRuntime:
    """Implements `protocol.Runtime` with the image that its name stands for now, whatever it does later.

    `environment` is this machine's: fetch takes the settings of pip from it. `assembling` is the script that makes the
    zip.
    """

    assembling = ASSEMBLE

    def __init__(
        self, engine: Engine, image: RuntimeImage, environment: Mapping[str, str], say: Callable[[str], None] = print
    ) -> None:
        found = engine.inspect(image.reference)
        if found is None:
            raise EngineError.of(image.reference, "is not here any more", cure="run again")
        leftovers.remove(engine.client)
        self.engine = engine
        self.image = image
        self._id: str = found["Id"]
        self._is_emulated: bool = found["Architecture"] != PLATFORMS[engine.architecture]
        self._environment = environment
        self._say = say

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        """Let the image's pip choose; by the target's tags where the image is of another architecture."""
        foreign = self.image.architecture not in {None, spec.architecture}
        options = pip_options(spec.target) if foreign else ()
        pip_download.fetch(
            self.engine, self._id, spec.runtime, requirements, into, self._environment, self._say, options
        )

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        """Assemble in one container, which costs an engine a third of an image, and confines what it does.

        A Dockerfile of the project's own is built, whatever it says.
        """
        if spec.has_own_dockerfile:
            return self._by_dockerfile(spec, context, use_cache=use_cache)
        command = [spec.runtime, "-I", "-S", "-B", "-c", self.assembling, _BUILD]
        # Root without capabilities: no code of the wheels runs, and the folder is root's.
        with self.engine.container(self._id, user=_ROOT, folders=(_BUILD,)) as container:
            container.copy_into(_BUILD, context)
            try:
                done = container.call(command, {"TMPDIR": _BUILD}, timeout=_ASSEMBLING)
            except CallTimedOutError as error:
                raise BuildError(error.faults, log=error.log) from error
            if done.code:
                raise_heard(spec, done.stderr)
                cause = "it was killed, as it is where the engine's memory ends" if done.code == _KILLED else ""
                raise BuildError.of(spec.stem, "could not be assembled", cause=cause, log=done.stderr)
            return container.copy_out(f"{_BUILD}/out")

    def _by_dockerfile(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        options = {
            "dockerfile": "Dockerfile.layer",
            "use_cache": use_cache,
            "labels": {"channelwright.layer": spec.stem},
        }
        try:
            with self.engine.built(context, {"RUNTIME_IMAGE": self._id}, **options) as image:
                return self.engine.read(image, "/out")
        except BuildError as error:
            raise_heard(spec, error.log)
            raise
        except AbsentError as error:
            raise BuildError.of(spec.stem, "assembling it left no /out") from error

    @contextmanager
    def sandbox(self, runtime: str, opt: Mapping[str, bytes], task: Mapping[str, bytes]) -> Iterator[ContainerSandbox]:
        with (
            self.engine.volumes(self._id, {OPT: opt, TASK_ROOT: task}) as volumes,
            self._trial(volumes) as container,
        ):
            yield self._sandbox(container, volumes, runtime)

    @contextmanager
    def installed(self, runtime: str, wheels: Mapping[str, bytes]) -> Iterator[ContainerSandbox]:
        with self.engine.volumes(self._id, {OPT: {}, TASK_ROOT: {}, _WHEELS: wheels}) as volumes:
            into, bring = {OPT: volumes.pop(OPT)}, {_WHEELS: volumes.pop(_WHEELS)}
            # Root without capabilities: no code of the wheels runs, and the volume is root's.
            with self.engine.container(self._id, volumes=bring, filled=into, user=_ROOT) as container:
                paths, modules = [f"{_WHEELS}/{name}" for name in wheels], pip_install.sources(wheels)
                for step in pip_install.steps(runtime, f"{OPT}/python", paths, modules):
                    pip_install.check(step, container.call(step.command, step.environment, timeout=step.timeout))
            with self._trial({**volumes, **into}) as container:
                yield self._sandbox(container, {**volumes, **into}, runtime)

    def _sandbox(self, container: Container, volumes: Mapping[str, str], runtime: str) -> ContainerSandbox:
        return ContainerSandbox(self.engine, self._id, container, volumes, runtime, self._is_emulated)

    @contextmanager
    def _trial(self, volumes: Mapping[str, str]) -> Iterator[Container]:
        """Start a container in which a script of ours may let every package run as a user of its own."""
        with self.engine.container(
            self._id,
            volumes=volumes,
            user=_ROOT,
            capabilities=("SETUID", "SETGID"),
            processes=_PROCESSES,
            temporary=_TEMPORARY,
        ) as container:
            yield container


@dataclass(frozen=True)
class ContainerSandbox:
    """Implements deploy.layer.backend.protocol.Sandbox."""

    engine: Engine
    image_id: str
    container: Container
    volumes: Mapping[str, str]
    python: str
    is_emulated: bool
    opt: str = OPT
    task: str = TASK_ROOT
    own_users: bool = True

    def run(self, script: bytes, argument: str, environment: Mapping[str, str], timeout: float) -> Completed:
        data = argument.encode()
        path = module_path(self.python)
        command = [self.python, "-I", "-c", LOADER, path, str(len(script)), str(len(data))]
        variables = {"PYTHONPATH": path, **environment}
        try:
            return self.container.call(command, variables, stdin=script + data, timeout=timeout)
        except CallTimedOutError as error:
            raise VerificationError(error.faults, log=error.log) from error

    def invoke(self, handler: str, environment: Mapping[str, str], event: object, timeout: float) -> object:
        variables = {"AWS_LAMBDA_FUNCTION_TIMEOUT": f"{timeout:.0f}", **environment}
        with self.engine.container(self.image_id, [handler], environment=variables, volumes=self.volumes) as function:
            return _answer(handler, function, self.python, event, timeout)


def module_path(python: str) -> str:
    """Return Lambda's order of modules: https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html."""
    return f"{TASK_ROOT}:{OPT}/python/lib/{python}/site-packages:{OPT}/python:/var/runtime"


def _answer(handler: str, function: Container, python: str, event: object, timeout: float) -> object:
    command = [python, "-I", "-S", "-c", _CLIENT, json.dumps(event), str(timeout)]
    try:
        done = function.call(command, timeout=timeout + 1)
    except CallTimedOutError as error:
        raise VerificationError(error.faults, log=function.logs()) from error
    if wrong := done.stderr.strip() or failure(done.stdout):
        raise VerificationError.of(handler, wrong, log=function.logs())
    answer: object = json.loads(done.stdout)
    return answer


def failure(answer: str) -> str:
    """Return what an answer says went wrong: both the runtime's and a handler's own failures come as JSON.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    try:
        content = json.loads(answer)
    except ValueError:
        return f"answered what is not JSON: {answer[:200]}"
    if isinstance(content, dict) and {"errorType", "errorMessage"} <= set(content):
        return f"{content['errorType']}: {content['errorMessage']}"
    return ""
