"""Run the whole system on this machine, without any account.

Builds the verified layers, starts an emulated AWS and what the project puts beside it, deploys
with the very code that deploys to AWS, and plays with it as people would: exit code 0 only if all went as expected.
The functions run from what was published: downloaded back, unpacked to /var/task and /opt in the runtime image, behind
the real Runtime Interface Emulator. Without a container engine they run as isolated processes of this host.

  channelwright local                                       all of it, then everything is taken down
  channelwright local --keep                                leave it running, with a page to look at; Ctrl-C ends it
  channelwright local --redeploy                            bring changed code to the one that is running
  channelwright local --command NAME                        play one command, in the running one if there is one

Nothing leaves this machine but downloads of packages, and everything binds to loopback only.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..errors import ConfigError, EngineError, Fault
from ..invocation import advised
from ..prepare import Choices, prepare
from . import backend, layer
from . import deploy as deploying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..container.engine import Engine
    from ..local.system import System
    from ..prepare import Prepared
    from ..release.deploy import DeployResult
    from ..settings import Settings, Stage


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "local",
        help="run the whole system on this machine, without any account",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", help="the stage whose settings are used (default: the first one)")
    backend.add_arguments(
        parser,
        default=None,
        meaning="where layers are tried and functions run (default: in containers if an engine answers, else on this "
        "host, which is said)",
    )
    parser.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C")
    parser.add_argument("--port", type=_port, metavar="N", help="where the companion serves (default: a free one)")
    parser.add_argument("--redeploy", action="store_true", help="deploy to the system that is kept running")
    parser.add_argument(
        "--command",
        dest="words",
        nargs=argparse.REMAINDER,
        metavar="…",
        help="play this command and its options instead of the whole story; what follows is the companion's",
    )


def run(arguments: argparse.Namespace) -> int:
    console = Console()
    settings = _own(load(arguments.project, os.environ))
    stage = settings.stage(arguments.stage or next(iter(settings.stages), ""))
    if arguments.redeploy:
        return _redeploy(settings, arguments, console)
    from ..local import companion, session

    if arguments.words and (found := session.find(settings.project / "dist")) and not arguments.keep:
        return companion.play(settings, ["command", *arguments.words], found.introduction, found.outputs)
    with ExitStack() as opened:
        engine = _engine(backend.chosen(arguments), opened, console)
        return _Run(settings, stage, engine, arguments, Steps(console)).all()


@dataclass
class Steps:
    """What took how long."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[title] = time.monotonic() - started

    def show(self) -> None:
        self.console.table(["step", "seconds"], [[title, f"{each:.1f}"] for title, each in self.seconds.items()])


@dataclass(frozen=True)
class _Run:
    settings: Settings
    stage: Stage
    engine: Engine | None
    arguments: argparse.Namespace
    steps: Steps

    @property
    def console(self) -> Console:
        return self.steps.console

    def all(self) -> int:
        from ..local import system

        with self.steps("layers and code, built or from the cache, and proven"):
            prepared = self._prepared()
        with ExitStack() as opened:
            with self.steps("emulated AWS and companion started"):
                running = opened.enter_context(
                    system.running(
                        self.settings,
                        self.stage,
                        self.engine,
                        self.console.say,
                        self.arguments.port,
                        unconfined=self.arguments.unconfined,
                    )
                )
            with self.steps("deploy"):
                done = running.deploy(prepared, self.console.say)
            return self._use(running, prepared, done)

    def _use(self, running: System, prepared: Prepared, done: DeployResult) -> int:
        from ..local import companion, session

        outputs = running.outputs(done)
        for each in self.settings.extensions.values() if self.settings.local else ():
            if each.local:
                with self.steps(each.local):
                    said = companion.deployed(self.settings, each, running.introduction, outputs)
                self.console.say(said.rstrip())
        code = 0
        if self.settings.local and (self.arguments.words or not self.arguments.keep):
            words = ["command", *self.arguments.words] if self.arguments.words else ["play"]
            with self.steps("played"):
                code = companion.play(self.settings, words, running.introduction, outputs)
        deploying.show_release(done, self.stage, self.console)
        layer.summarise(prepared, self.console)
        self.console.say()
        self.steps.show()
        if self.arguments.keep:
            held = session.Session(
                os.getpid(),
                running.emulator.url,
                self.stage.name,
                self.engine is None,
                running.introduction,
                outputs,
            )
            with session.kept(held, self.settings.project / "dist"):
                self._hold(running, outputs)
        return code

    def _hold(self, running: System, outputs: dict[str, str]) -> None:
        """Say where everything is, and wait for Ctrl-C."""
        self.console.say()
        for what, where in outputs.items():
            self.console.say(f"{what}: {where}")
        for what, where in running.introduction.addresses.items():
            self.console.say(f"open this in a browser: {where}  ({what})")
        self.console.say(
            f"running. Another terminal can play and redeploy: {advised('local', '--help')}; and all else with"
        )
        keys = {**running.emulator.environment(self.stage.region), **running.introduction.environment}
        for name, value in keys.items():
            self.console.say(f"export {name}={value}")
        self.console.say("Ctrl-C ends it")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            self.console.say("taken down")

    def _prepared(self) -> Prepared:
        choices = Choices(on_host=self.engine is None, unconfined=self.arguments.unconfined)
        return prepare(self.settings, choices, os.environ, self.console)


def _engine(where: backend.ChosenBackend, opened: ExitStack, console: Console) -> Engine | None:
    """Connect to the container engine; None for this host, which is chosen where no engine answers, and said."""
    if where.on_host:
        return None
    from ..container.engine import Engine

    try:
        return opened.enter_context(Engine.connect(os.environ))
    except EngineError as error:
        if where.on_host is False:
            raise
        console.say(f"{error.faults[0].what}: functions run on this host")
        return None


def _own(settings: Settings) -> Settings:
    """Leave out the layers of others, which are in no emulated account, and say so."""
    named = {name for each in settings.functions.values() for name in each.layers}
    if foreign := sorted(named - settings.layers.keys()):
        Console().say(f"without {', '.join(foreign)}: layers of others are not in the emulated AWS")
    return settings.without_foreign()


def _redeploy(settings: Settings, arguments: argparse.Namespace, console: Console) -> int:
    """Deploy to the kept system. Its health check runs the code on its layers, so it is not tried before."""
    from ..local import session, system
    from ..local.emulator import Emulator

    started = time.monotonic()
    held = session.demand(settings.project / "dist")
    if arguments.stage and arguments.stage != held.stage:
        raise ConfigError([Fault(f"--stage {arguments.stage}", f"{held.stage} is what runs", cure="leave it out")])
    stage, emulator = settings.stage(held.stage), Emulator(held.url)
    choices = Choices(on_host=held.on_host, unconfined=arguments.unconfined, try_code=False)
    prepared = prepare(settings, choices, os.environ, console)
    with system.only(emulator.environment(stage.region)):
        aws = system.connected(stage)
        running = system.System(settings, stage, emulator, held.introduction, aws)
        done = running.deploy(prepared, console.say)
    deploying.show_release(done, stage, console)
    console.say(f"redeployed in {time.monotonic() - started:.1f} s")
    return 0


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)
