"""Which calls of AWS each command makes, recorded whenever a test runs one: deploy/aws/calls.json.

Every call that the pipeline makes in a test must bear its own name in `asking`, and those of a command must be in the
file. `pytest --record-calls=new tests/integration` writes the file anew, so that what is in it was made.

What one role does of a command is recorded by itself, since another does the rest or nobody: `promote --from`, what is
read of the stage that is promoted, and `status --without-template`.

A call is named as IAM does, with the resource that AWS judges it by (aws_resources).
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest

from deploy.aws.calls import FILE, RecordedCall, recorded
from deploy.aws.refusals import asked
from deploy.command_line import running as program
from deploy.commands import promote
from deploy.configuration import load
from deploy.errors import PipelineError
from tests import aws_resources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from deploy.aws.connection import Aws
    from deploy.release.promote import Candidate
    from deploy.settings import Settings

ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction", "lambda:GetLayerVersionByArn": "lambda:GetLayerVersion"}
"""Operations that IAM knows by another name, by the pages of their actions."""

EMULATED = {"local"}
"""Commands that ask an AWS of their own."""

Row = tuple[str, str, str, list[str]]
"""A command, an action, what it was called on, and what the project declared."""

OF_A_WORKER = "aws calls"


@dataclass
class Recorder:
    """What was called, by command and action: on what, and what the project declared.

    `faults` are calls that bear a wrong name or none, or that the file does not have.
    """

    writes: str
    known: dict[str, dict[str, RecordedCall]]
    command: str = ""
    settings: Settings | None = None
    made: dict[str, dict[str, set[tuple[str, frozenset[str]]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def running(self, command: str, settings: Settings | None) -> Iterator[None]:
        before = self.command, self.settings
        self.command, self.settings = command, settings
        try:
            yield
        finally:
            self.command, self.settings = before

    def called(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        label, named = asked(), f"{service}:{operation}"
        action = ACTIONS.get(named, named)
        if not _is_the_pipelines():
            return
        if label != action:
            self.faults.append(f"{action} is called as {label or 'nothing: without `asking`'}")
        if self.command:
            for resource in aws_resources.of_call(action, parameters):
                self._take(action, aws_resources.generalised(resource, self.settings))

    def _take(self, action: str, resource: str) -> None:
        self.made[self.command][action].add((resource, self._features()))
        there = self.known.get(self.command, {}).get(action)
        if not self.writes and (there is None or resource not in there.on):
            self.faults.append(f"{self.command} calls {action} on {resource}, of which {FILE.name} does not know")

    def _features(self) -> frozenset[str]:
        if self.settings is None:
            return frozenset()
        layers = self.settings.layers.values()
        has = {
            "channels": any(each.channels for each in layers),
            "share": any(each.share for each in layers),
            "stack": self.settings.has_stack,
        }
        return frozenset(name for name, there in has.items() if there)

    def rows(self) -> list[Row]:
        """Return what was made as what a worker can hand over."""
        some = ((name, action, made) for name, actions in self.made.items() for action, made in actions.items())
        return [(name, action, on, sorted(has)) for name, action, made in some for on, has in made]

    def take(self, rows: Iterable[Row]) -> None:
        for command, action, resource, features in rows:
            self.made[command][action].add((resource, frozenset(features)))

    def to_json(self) -> str:
        """Write what was made, beside what was known of commands that were not run."""
        for command, actions in self.known.items():
            if self.writes == "add" or command not in self.made:
                for action, call in actions.items():
                    self.made[command][action] |= {(resource, call.features) for resource in call.on}
        whole = {
            command: {action: _together(some) for action, some in actions.items()}
            for command, actions in self.made.items()
        }
        written = {
            command: {action: {"on": sorted(on), "with": sorted(features)} for action, (on, features) in some.items()}
            for command, some in whole.items()
        }
        return json.dumps(written, indent=1, sort_keys=True) + "\n"


OF_WORKERS = pytest.StashKey[Recorder]()


def _together(some: set[tuple[str, frozenset[str]]]) -> tuple[set[str], frozenset[str]]:
    """Return all that an action was called on, and what was declared each time."""
    return {resource for resource, _ in some}, frozenset.intersection(*(features for _, features in some))


def _is_the_pipelines() -> bool:
    """Whether the nearest code that is neither boto3's nor this file's is the pipeline's."""
    frame = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        ours = "site-packages" not in path.parts and path.name != Path(__file__).name
        if ours and ("tests" in path.parts or "deploy" in path.parts):
            return "tests" not in path.parts
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-calls",
        choices=["new", "add"],
        help=f"write {FILE} from the calls that these tests make: anew for the commands that they run, or added to it",
    )


@pytest.fixture(scope="session")
def _session_recorder(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    recorder = Recorder(request.config.getoption("--record-calls") or "", recorded())
    client: Any = botocore.client.BaseClient
    ask, command = client._make_api_call, program._command

    def noted(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        recorder.called(self.meta.service_model.signing_name, operation, parameters)
        return ask(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "_make_api_call", noted)
        patch.setattr(promote._Run, "candidate", _NotedReading(recorder, promote._Run.candidate).read)
        patch.setattr(program, "_command", lambda name: _NotedCommand(recorder, name, command(name)))
        yield recorder
    if hasattr(request.config, "workeroutput"):
        request.config.workeroutput[OF_A_WORKER] = recorder.rows()
    elif recorder.writes:
        FILE.write_text(recorder.to_json(), encoding="utf-8")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker recorded. One that crashed has nothing to say, and the run fails by it."""
    taken = node.config.stash.setdefault(
        OF_WORKERS, Recorder(node.config.getoption("--record-calls") or "", recorded())
    )
    taken.take(getattr(node, "workeroutput", {}).get(OF_A_WORKER, ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    recorder = session.config.stash.get(OF_WORKERS, None)
    if recorder and recorder.writes:
        FILE.write_text(recorder.to_json(), encoding="utf-8")


@dataclass(frozen=True)
class _NotedReading:
    """What a promotion reads of the stage that it promotes, with that stage's role."""

    recorder: Recorder
    candidate: Callable[[promote._Run, Aws], Candidate]

    @property
    def read(self) -> Callable[[promote._Run, Aws], Candidate]:
        def noted(run: promote._Run, aws: Aws) -> Candidate:
            with self.recorder.running("promote --from", run.settings):
                return self.candidate(run, aws)

        return noted


@dataclass(frozen=True)
class _NotedCommand:
    """A command's module, whose runs are recorded."""

    recorder: Recorder
    name: str
    module: Any

    def add(self, *arguments: Any) -> None:
        self.module.add(*arguments)

    def run(self, arguments: argparse.Namespace) -> int:
        if self.name in EMULATED:
            return int(self.module.run(arguments))
        try:
            settings = load(arguments.project, os.environ)
        except PipelineError:
            settings = None
        part = " --without-template" if getattr(arguments, "without_template", False) else ""
        with self.recorder.running(f"{self.name}{part}", settings):
            code: int = self.module.run(arguments)
        return code


@pytest.fixture(autouse=True)
def calls(_session_recorder: Recorder) -> Iterator[Recorder]:
    """Fail a test in which a call bears a wrong name, or a command makes one that is not recorded."""
    _session_recorder.faults.clear()
    yield _session_recorder
    if _session_recorder.faults:
        again = "if it is right: pytest --record-calls=add, with these tests"
        pytest.fail("\n".join([*dict.fromkeys(_session_recorder.faults), again]), pytrace=False)
