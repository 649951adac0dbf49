"""One first request: a fresh container with a way's layer and code, the event sent, and what that took."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import EngineError, Fault, VerificationError
from ..layer.backend.protocol import OPT, TASK_ROOT
from . import instructions
from .question import FILES, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..container.calls import Container
    from ..container.engine import Engine
    from .contents import WayContents

_TIMEOUT = 60.0
_PATIENCE = 600.0  # seconds, where instructions are counted
# Starts the services, waits until the emulator listens, sends the event, and adds up the processor time of the
# runtime's process, which is not this one.
_CLIENT = """\
import http.client, json, os, pathlib, signal, subprocess, sys, time
event, service, deadline = sys.argv[1].encode(), sys.argv[2], time.monotonic() + float(sys.argv[3])
services = None
if service:
    services = subprocess.Popen([sys.executable, "-I", "-S", "-c", service], stdout=subprocess.PIPE)
    if not services.stdout.readline():
        sys.exit("the services of the first request ended")
while True:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=float(sys.argv[3]))
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
cpu, running = 0, []
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if process.name != str(os.getpid()) and b"awslambdaric" in (process / "cmdline").read_bytes():
            cpu += sum(int(each.read_text().split()[0]) for each in process.glob("task/*/schedstat"))
            running.append(int(process.name))
    except OSError:
        pass
counted = 0
for number in running if sys.argv[4:] else []:
    # What counts writes down what it counted once the process ends.
    os.kill(number, signal.SIGTERM)
    written = pathlib.Path(f"{sys.argv[4]}.{number}")
    while "summary: " not in (text := written.read_text() if written.exists() else ""):
        if time.monotonic() > deadline:
            sys.exit("nothing was counted")
        time.sleep(0.1)
    counted += int(text.rpartition("summary: ")[2])
if services:
    services.kill()
print(json.dumps({"milliseconds": took * 1e3, "cpu": cpu / 1e6, "answer": answer, "instructions": counted}))
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
    question: Question

    @contextmanager
    def volumes(self, tree: WayContents) -> Iterator[dict[str, str]]:
        """Make the volumes of one way: its layer, its code, and the files of the question."""
        trusting = tree.trusting(self.question.authority)
        files = {path: text.encode() for path, text in self.question.files.items()}
        with self.engine.volumes(self.image, {OPT: trusting.opt, TASK_ROOT: trusting.task, FILES: files}) as made:
            yield made

    def request(self, volumes: Mapping[str, str], into: FirstRequest) -> None:
        """Start a container, send the event, note the times; raise VerificationError where the function fails."""
        with self.engine.container(
            self.image, [self.handler], environment=self._variables(_TIMEOUT), volumes=volumes
        ) as function:
            sample = self._sample(function, _TIMEOUT)
        into.milliseconds.append(sample["milliseconds"])
        into.cpu.append(sample["cpu"])

    def count(self, volumes: Mapping[str, str]) -> float:
        """Return how many millions of instructions it takes; `volumes` have the counter besides."""
        variables = {**self._variables(_PATIENCE), "_HANDLER": self.handler}
        start = instructions.ENTRYPOINT
        with self.engine.container(
            self.image, [self.handler], entrypoint=start, environment=variables, volumes=volumes
        ) as function:
            counted: float = self._sample(function, _PATIENCE, instructions.COUNTED)["instructions"]
        return counted / 10**6

    def _variables(self, patience: float) -> dict[str, str]:
        return {"AWS_LAMBDA_FUNCTION_TIMEOUT": f"{patience:.0f}", **self.environment}

    def _sample(self, function: Container, patience: float, *counted: str) -> dict[str, Any]:
        """Ask the function in a container; return what the client saw."""
        event = json.dumps(dict(self.question.event))
        command = [self.python, "-I", "-S", "-c", _CLIENT, event, self.question.service, str(patience), *counted]
        try:
            done = function.call(command, timeout=patience + 5)
        except EngineError as error:  # the container ended, or the emulator never answered
            raise VerificationError(error.faults, log=function.logs()) from error
        log = function.logs()
        if done.code:
            raise VerificationError([Fault(self.handler, done.stderr.strip() or done.stdout.strip())], log=log)
        sample: dict[str, Any] = json.loads(done.stdout)
        if wrong := self.question.refused(sample["answer"]):
            cure = "ask what it answers: `first-request` or `bench` of the function, or --event FILE"
            raise VerificationError([Fault(self.handler, wrong, cure=cure)], log=log)
        return sample
