"""From the first request to its answer, in the runtime image with the real Runtime Interface Emulator.

Every request gets a fresh container with one way's layer in /opt and its code in /var/task. The emulator starts the
runtime at the first POST, so the time from that POST to the answer is the start-up and the handler together, as at a
cold start. What is asked, and which services the function meets, says `question`: the work of a first request is part
of it, and an answer that is a refusal is not measured. The health event would not do, as it digests the layer, which
takes longer for larger ones.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import EngineError
from ..layer.template_environment import under_test
from . import contents, instructions
from .contents import WayContents
from .figures import Row
from .question import Question
from .request_trial import FirstRequest, RequestTrial
from .taken_away import TakenAway, compared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..console import Console
    from ..container.engine import Engine
    from ..settings import Function, Settings
    from .builds import Builds

AS_SOON = 1.0
"""The part of pip's time, with its bytecode gone stale, that a first request may take.

How much less it can be depends on what a function imports: a lean one has little that could be left out.
"""

_PLAIN = "the same, without what starts it sooner"
_USUAL = "the same, uv's with the usual handler"
# pip without bytecode that is valid is as uv, which takes no less.
_COUNTED = ("uv", "this", "plain", contents.EMPTY)


@dataclass
class FirstRequests:
    """What was measured: each way beside the others, and this one without each of its options."""

    rows: list[Row] = field(default_factory=list)
    options: list[TakenAway] = field(default_factory=list)

    def add_times(self, key: str, measured: Mapping[str, FirstRequest], most: float | None) -> None:
        self.rows += _rows(key, measured, most)
        self.options += compared(key, "ms", {name: each.cpu for name, each in measured.items()})

    def add_counts(self, key: str, counts: Mapping[str, float]) -> None:
        samples = {name: [each] for name, each in counts.items()}
        self.rows += _counted(samples)
        self.options += compared(key, "M", samples)


def measure_first_requests(  # noqa: PLR0913 - what, how often, and what is said of it
    settings: Settings,
    builds: Builds,
    event: Mapping[str, object] | None,
    count: int,
    console: Console,
    *,
    counted: bool,
) -> FirstRequests:
    """Send `count` first requests to every function by each way, in turn; return the comparisons.

    `counted` has their instructions counted too; raises EngineError where this machine cannot.
    """
    from ..container.engine import Engine

    handlers = dict(each.handler.rsplit(".", 1) for each in settings.functions.values())
    ways = contents.of_ways(builds, handlers)
    counter = instructions.counter() if counted else {}
    if counted and not counter:
        raise EngineError.of("--instructions", "there is no valgrind here", cure="install it: apt-get install valgrind")
    found = FirstRequests()
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(settings.image, settings.architectures[0], print).reference
        for function in settings.functions.values():
            # People wait for what answers requests; what has an event of its own works behind their backs.
            most = None if function.bench else AS_SOON
            with ExitStack() as opened:
                asked = trials(settings, function, ways, event, engine=engine, image=image)
                mine = {**ways, **usual(ways["uv"], asked["uv"].question)}
                asked |= dict.fromkeys(mine.keys() - asked.keys(), asked["uv"])
                volumes = {name: opened.enter_context(asked[name].volumes(each)) for name, each in mine.items()}
                found.add_times(function.key, _measured(asked, volumes, count), most)
                console.say(f"{function.handler}: {count} first requests each way")
                if counter:
                    given = opened.enter_context(engine.volumes(image, {instructions.WHERE: counter}))
                    counted_in = {name: {**mounted, **given} for name, mounted in volumes.items() if _is_counted(name)}
                    found.add_counts(function.key, {name: asked[name].count(each) for name, each in counted_in.items()})
                    console.say(f"{function.handler}: instructions counted")
    return found


def trials(  # noqa: PLR0913 - what is asked of whom, and where
    settings: Settings,
    function: Function,
    ways: Mapping[str, WayContents],
    event: Mapping[str, object] | None,
    *,
    engine: Engine,
    image: str,
) -> dict[str, RequestTrial]:
    """Ask the project what each way is asked in the environment that it can have; what does nothing meets no services.

    A way that brings no directory of certificates is told of none, and of nothing in its place that it could not have.
    """
    found = {}
    for name, tree in ways.items():
        told = tree.told(under_test(settings, function).environment)
        question = Question.of(settings, function, event, told)
        found[name] = RequestTrial(
            engine=engine,
            image=image,
            python=settings.runtime,
            handler=function.handler,
            environment={**told, **question.environment},
            question=Question(event=question.event) if name == contents.EMPTY else question,
        )
    return found


def usual(uv: WayContents, question: Question) -> dict[str, WayContents]:
    """Return uv's way with the function that the project has most write in place of its own, where it says one."""
    files = {path: text.encode() for path, text in question.usual.items()}
    return {contents.USUAL: WayContents(uv.opt, {**uv.task, **files})} if files else {}


def _measured(
    trials: Mapping[str, RequestTrial], volumes: Mapping[str, Mapping[str, str]], count: int
) -> dict[str, FirstRequest]:
    found = {name: FirstRequest() for name in volumes}
    for _ in range(count):
        for name, mounted in volumes.items():
            trials[name].request(mounted, found[name])
    return found


def _is_counted(way: str) -> bool:
    return way in {*_COUNTED, contents.USUAL} or way.startswith(contents.WITHOUT)


def _counted(counts: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    uv, this, plain, empty = (counts[name] for name in _COUNTED)
    yield Row(what="  its instructions", unit="M", uv=uv, this=this, empty=empty)
    yield Row(what=f"  {_PLAIN}", unit="M", uv=uv, this=plain, empty=empty)
    if contents.USUAL in counts:
        yield Row(what=f"  {_USUAL}", unit="M", uv=counts[contents.USUAL], this=this, empty=empty)


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
    if contents.USUAL in cpu:
        yield Row(what=f"  {_USUAL}", unit="ms", uv=cpu[contents.USUAL], this=cpu["this"])
    yield Row(what=f"  {_PLAIN}", unit="ms", pip=cpu["pip"], uv=cpu["uv"], this=cpu["plain"])
    yield Row(what="  the same, sourceless", unit="ms", pip=cpu["pip"], uv=cpu["uv"], this=cpu["sourceless"])
    yield Row(what="  the same, had pip's bytecode stayed valid", unit="ms", pip=cpu["pip valid"], this=cpu["this"])
