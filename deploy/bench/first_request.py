"""From the first request to its answer, in the runtime image with the real Runtime Interface Emulator.

Every request gets a fresh container with one way's layer in /opt and its code in /var/task. The emulator starts the
runtime at the first POST, so the time from that POST to the answer is the start-up and the handler together, as at a
cold start. What is asked, and which services the function meets, says `question`: the work of a first request is part
of it, and an answer that is a refusal is not measured. The health event would not do, as it digests the layer, which
takes longer for larger ones.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..errors import EngineError, Fault, VerificationError
from ..layer.backend.protocol import OPT, TASK_ROOT
from ..layer.template_environment import under_test
from . import contents, instructions
from .figures import Row
from .question import FILES, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..console import Console
    from ..container.calls import Container
    from ..container.engine import Engine
    from ..settings import Function, Settings
    from .builds import Builds
    from .contents import WayContents

AS_SOON = 1.0
"""The part of pip's time, with its bytecode gone stale, that a first request may take.

How much less it can be depends on what a function imports: a lean one has little that could be left out.
"""

_TIMEOUT = 60.0
# pip without bytecode that is valid is as uv, which takes no less.
_COUNTED = ("uv", "this", contents.EMPTY)
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


def measure_first_requests(  # noqa: PLR0913 - what, how often, and what is said of it
    settings: Settings,
    builds: Builds,
    event: Mapping[str, object] | None,
    count: int,
    console: Console,
    *,
    counted: bool,
) -> Iterator[Row]:
    """Send `count` first requests to every function by each way, in turn; yield a row for each comparison.

    `counted` has their instructions counted too; raises EngineError where this machine cannot.
    """
    from ..container.engine import Engine

    handlers = dict(each.handler.rsplit(".", 1) for each in settings.functions.values())
    ways = contents.of_ways(builds, handlers)
    counter = instructions.counter() if counted else {}
    if counted and not counter:
        raise EngineError.of("--instructions", "there is no valgrind here", cure="install it: apt-get install valgrind")
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(settings.image, settings.architectures[0], print).reference
        for function in settings.functions.values():
            trial = _trial(settings, function, engine, image, event)
            # People wait for what answers requests; what has an event of its own works behind their backs.
            most = None if function.bench else AS_SOON
            with ExitStack() as opened:
                volumes = {name: opened.enter_context(trial.volumes(each)) for name, each in ways.items()}
                trials = {name: _asking(trial, name, each) for name, each in ways.items()}
                yield from _rows(function.key, _measured(trials, volumes, count), most)
                console.say(f"{function.handler}: {count} first requests each way")
                if counter:
                    given = opened.enter_context(engine.volumes(image, {instructions.WHERE: counter}))
                    yield _counted(trials, {name: {**volumes[name], **given} for name in _COUNTED})
                    console.say(f"{function.handler}: instructions counted")


def _trial(
    settings: Settings, function: Function, engine: Engine, image: str, event: Mapping[str, object] | None
) -> RequestTrial:
    told = dict(under_test(settings, function).environment)
    question = Question.of(settings, function, event, told)
    return RequestTrial(
        engine=engine,
        image=image,
        python=settings.runtime,
        handler=function.handler,
        environment={**told, **question.environment},
        question=question,
    )


def _measured(
    trials: Mapping[str, RequestTrial], volumes: Mapping[str, Mapping[str, str]], count: int
) -> dict[str, FirstRequest]:
    found = {name: FirstRequest() for name in volumes}
    for _ in range(count):
        for name, mounted in volumes.items():
            trials[name].request(mounted, found[name])
    return found


def _counted(trials: Mapping[str, RequestTrial], volumes: Mapping[str, Mapping[str, str]]) -> Row:
    found = {name: [trials[name].count(mounted)] for name, mounted in volumes.items()}
    uv, this, empty = (found[name] for name in _COUNTED)
    return Row(what="  its instructions", unit="M", uv=uv, this=this, empty=empty)


def _asking(trial: RequestTrial, way: str, tree: WayContents) -> RequestTrial:
    """Return the trial as it is for a way: what does nothing meets no services, and answers nothing."""
    question = Question(event=trial.question.event) if way == contents.EMPTY else trial.question
    return replace(trial, question=question, environment=tree.told(trial.environment))


def _rows(key: str, found: Mapping[str, FirstRequest], most: float | None) -> Iterator[Row]:
    wall = {name: each.milliseconds for name, each in found.items()}
    cpu = {name: each.cpu for name, each in found.items()}
    for what, by, most_here in ((f"{key}: first request", wall, most), ("  its processor time", cpu, None)):
        yield Row(
            what=what,
            unit="ms",
            pip=by["pip"],
            uv=by["uv"],
            sam=by["sam"],
            this=by["this"],
            empty=by[contents.EMPTY],
            ratio_at_most=most_here,
        )
    yield Row(what="  the same, sourceless", unit="ms", pip=cpu["pip"], uv=cpu["uv"], this=cpu["sourceless"])
    yield Row(what="  the same, had pip's bytecode stayed valid", unit="ms", pip=cpu["pip valid"], this=cpu["this"])
