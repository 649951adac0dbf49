"""From the first request to its answer, in the runtime image with the real Runtime Interface Emulator.

Every request gets a fresh container with one way's layer in /opt and the same code in /var/task. The emulator starts
the runtime at the first POST, so the time from that POST to the answer is the start-up and the handler together, as
at a cold start. The event is an HTTP request that nobody signed, or one of your own: all but the start-up should be
nothing. The health event would not do, as it digests the layer, which takes longer for larger ones. A function
that takes other events than HTTP requests names one with `bench` in the configuration.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ..errors import EngineError, Fault, VerificationError
from ..layer.backend.protocol import OPT, TASK_ROOT
from ..layer.template_environment import NOTHING_DECLARED, TRIAL_REGION, declared, lambda_environment
from ..template import source
from .figures import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..console import Console
    from ..container.engine import Engine
    from ..settings import Function, Settings
    from .builds import Builds

UNSIGNED: dict[str, object] = {
    "version": "2.0",
    "rawPath": "/",
    "headers": {"content-type": "application/json"},
    "requestContext": {"http": {"method": "POST", "path": "/"}},
    "body": "{}",
    "isBase64Encoded": False,
}
"""A request to a function URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads"""

FASTER = 0.45
"""The part of pip's time, with its bytecode gone stale, in which the first request is to be answered."""

_TIMEOUT = 60.0
# Waits until the emulator listens, sends the event, and adds up the processor time of the runtime's process.
_CLIENT = """\
import http.client, json, pathlib, socket, sys, time
event, deadline = sys.argv[1].encode(), time.monotonic() + float(sys.argv[2])
while True:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=float(sys.argv[2]))
        connection.connect()
        break
    except ConnectionRefusedError:
        if time.monotonic() > deadline:
            sys.exit("the emulator does not listen")
        time.sleep(0.01)
started = time.perf_counter()
connection.request("POST", "/2015-03-31/functions/function/invocations", event)
answer = connection.getresponse().read().decode()
took = time.perf_counter() - started
cpu = 0
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if b"awslambdaric" in (process / "cmdline").read_bytes():
            cpu += sum(int(each.read_text().split()[0]) for each in process.glob("task/*/schedstat"))
    except OSError:
        pass
print(json.dumps({"milliseconds": took * 1e3, "cpu": cpu / 1e6, "answer": answer}))
"""


@dataclass
class FirstRequest:
    """Samples in milliseconds: from the POST to the answer, and of the processor time of the runtime's process."""

    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RequestTrial:
    """What every request has in common."""

    engine: Engine
    image: str
    python: str
    handler: str
    environment: Mapping[str, str]
    event: Mapping[str, object]

    def request(self, volumes: Mapping[str, str], into: FirstRequest) -> None:
        """Start a container, send the event, note the times; raise VerificationError where the function fails."""
        variables = {"AWS_LAMBDA_FUNCTION_TIMEOUT": f"{_TIMEOUT:.0f}", **self.environment}
        command = [self.python, "-I", "-S", "-c", _CLIENT, json.dumps(self.event), str(_TIMEOUT)]
        with self.engine.container(self.image, [self.handler], environment=variables, volumes=volumes) as function:
            try:
                done = function.call(command, timeout=_TIMEOUT + 5)
            except EngineError as error:  # the container ended, or the emulator never answered
                raise VerificationError(error.faults, log=function.logs()) from error
            log = function.logs()
        if done.code:
            raise VerificationError([Fault(self.handler, done.stderr.strip() or done.stdout.strip())], log=log)
        sample = json.loads(done.stdout)
        if "errorType" in sample["answer"]:
            cure = "give an event that it answers: --event FILE"
            raise VerificationError([Fault(self.handler, sample["answer"], cure=cure)], log=log)
        into.milliseconds.append(sample["milliseconds"])
        into.cpu.append(sample["cpu"])


def measure_first_requests(
    settings: Settings, builds: Builds, event: Mapping[str, object] | None, count: int, console: Console
) -> Iterator[Row]:
    """Send `count` first requests to every function on each layer, in turn; yield a row for each comparison."""
    from ..container.engine import Engine

    pip = builds.pip.opt()
    contents = {
        "pip": pip,
        "pip, bytecode valid": with_valid_bytecode(pip),
        "uv": builds.uv.opt(),
        "this": builds.this.opt(),
        "sourceless": builds.sourceless.opt(),
    }
    with Engine.connect(os.environ) as engine, ExitStack() as opened:
        image = engine.resolve(settings.image, settings.architectures[0], print).reference
        with ZipFile(builds.this.code) as archive:
            code = {name: archive.read(name) for name in archive.namelist()}
        volumes = {
            name: opened.enter_context(engine.volumes(image, {OPT: opt, TASK_ROOT: code}))
            for name, opt in contents.items()
        }
        for function in settings.functions.values():
            sent = function.bench or event or UNSIGNED
            trial = RequestTrial(
                engine=engine,
                image=image,
                python=settings.runtime,
                handler=function.handler,
                environment=_environment(settings, function),
                event=sent,
            )
            # People wait for what answers requests; what has an event of its own works behind their backs.
            most = None if function.bench else FASTER
            yield from _rows(function.key, _measured(trial, volumes, count), most)
            console.say(f"{function.handler}: {count} first requests to each layer")


def _measured(trial: RequestTrial, volumes: Mapping[str, Mapping[str, str]], count: int) -> dict[str, FirstRequest]:
    found = {name: FirstRequest() for name in volumes}
    for _ in range(count):
        for name, mounted in volumes.items():
            trial.request(mounted, found[name])
    return found


def with_valid_bytecode(opt: Mapping[str, bytes]) -> dict[str, bytes]:
    """Make pip's bytecode fit sources without times, which is what the containers here hold.

    Whether Lambda gives sources the times that the bytecode recorded is not documented: that is what pip's way
    depends on. https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
    """
    return {
        path: content[:8] + bytes(4) + content[12:] if path.endswith(".pyc") and content[4:8] == bytes(4) else content
        for path, content in opt.items()
    }


def _environment(settings: Settings, function: Function) -> dict[str, str]:
    template = source.read(settings)
    own = declared(template, function.name, {}, TRIAL_REGION) if template else NOTHING_DECLARED
    given = lambda_environment(function.name, TRIAL_REGION, memory=own.memory, runtime=settings.runtime)
    return {**given, **own.environment}


def _rows(key: str, found: Mapping[str, FirstRequest], most: float | None) -> Iterator[Row]:
    pip, valid, uv, this, sourceless = (found[name].milliseconds for name in found)
    yield Row(what=f"{key}: first request", unit="ms", pip=pip, uv=uv, this=this, ratio_at_most=most)
    yield Row(what=f"{key}: first request, sourceless", unit="ms", pip=pip, uv=uv, this=sourceless, ratio_at_most=most)
    yield Row(what=f"{key}: first request, had pip's bytecode stayed valid", unit="ms", pip=valid, uv=uv, this=this)
    pip, valid, uv, this, sourceless = (found[name].cpu for name in found)
    yield Row(what="  its processor time", unit="ms", pip=pip, uv=uv, this=this)
