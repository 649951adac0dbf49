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
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from ..configuration import load
from ..errors import ConfigError, EngineError, Fault
from ..invocation import advised
from ..local.steps import Steps
from ..prepare import Choices, prepare
from . import backend, layer, read_only
from . import deploy as deploying
from .output.local import LocalOutput, of

if TYPE_CHECKING:
    from ..console import Console
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
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")
    parser.add_argument("--redeploy", action="store_true", help="deploy to the system that is kept running")
    parser.add_argument(
        "--command",
        dest="words",
        nargs=argparse.REMAINDER,
        metavar="…",
        help="play this command and its options instead of the whole story; what follows is the companion's",
    )


def run(arguments: argparse.Namespace) -> int:
    console = read_only.console(arguments)
    settings = _own(load(arguments.project, os.environ), console)
    stage = settings.stage(arguments.stage or next(iter(settings.stages), ""))
    if arguments.redeploy:
        return _redeploy(settings, arguments, console)
    from ..local import companion, emulator, session

    if arguments.words and (found := session.find(settings.project / "dist")) and not arguments.keep:
        words, introduction = ["command", *arguments.words], found.introduction
        code = companion.play(settings, words, introduction, found.outputs, _beside(arguments))
        region = settings.stage(found.stage).region
        _print(arguments, of(found, region=region, running=True, played=code))
        return code
    emulator.demand()
    with ExitStack() as opened:
        engine = _engine(backend.chosen(arguments), opened, console)
        return _Run(settings, stage, engine, arguments, Steps(console)).all()


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
        code, played = 0, None
        if self.settings.local and (self.arguments.words or not self.arguments.keep):
            words = ["command", *self.arguments.words] if self.arguments.words else ["play"]
            with self.steps("played"):
                code = played = companion.play(
                    self.settings, words, running.introduction, outputs, _beside(self.arguments)
                )
        deploying.show_release(done, self.stage, self.console)
        layer.summarise(prepared, self.console)
        self.console.say()
        self.steps.show()
        held = session.Session(
            os.getpid(), running.emulator.url, self.stage.name, self.engine is None, running.introduction, outputs
        )
        region, keep, seconds = self.stage.region, self.arguments.keep, self.steps.seconds
        told = of(held, region=region, running=keep, release=done.release, played=played, seconds=seconds)
        if not keep:
            _print(self.arguments, told)
            return code
        with session.kept(held, self.settings.project / "dist"):
            _print(self.arguments, told)
            self._hold(told)
        return code

    def _hold(self, told: LocalOutput) -> None:
        """Say where everything is, and wait for Ctrl-C."""
        self.console.say()
        for what, where in told.outputs.items():
            self.console.say(f"{what}: {where}")
        for what, where in told.addresses.items():
            self.console.say(f"open this in a browser: {where}  ({what})")
        self.console.say(
            f"running. Another terminal can play and redeploy: {advised('local', '--help')}; and all else with"
        )
        for name, value in told.environment.items():
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


def _beside(arguments: argparse.Namespace) -> TextIO | None:
    """Return where a companion's words go that are not to be among JSON."""
    return sys.stderr if arguments.json else None


def _print(arguments: argparse.Namespace, told: LocalOutput) -> None:
    if arguments.json:
        read_only.print_json(told)
        sys.stdout.flush()


def _own(settings: Settings, console: Console) -> Settings:
    """Leave out the layers of others, which are in no emulated account, and say so."""
    named = {name for each in settings.functions.values() for name in each.layers}
    if foreign := sorted(named - settings.layers.keys()):
        console.say(f"without {', '.join(foreign)}: layers of others are not in the emulated AWS")
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
    taken = time.monotonic() - started
    console.say(f"redeployed in {taken:.1f} s")
    seconds = {"redeployed": taken}
    _print(arguments, of(held, region=stage.region, running=True, release=done.release, seconds=seconds))
    return 0


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)
