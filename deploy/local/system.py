"""Brings the local system up, deploys to it as to AWS, and takes it down again."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..aws import parameters
from ..aws.connection import connect
from ..errors import EngineError, RolloutError
from ..layer.cache import Cache
from ..local_secrets import with_secrets
from ..published.downloads import Downloads
from ..release import stack
from ..release.deploy import Deployment, DeployResult
from ..temporary import folders
from . import companion, emulator
from .functions import FunctionPool, Starts, door
from .in_container import Containers
from .on_host import Processes
from .published import Published, fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ..aws.connection import Aws
    from ..container.engine import Engine
    from ..prepare import Prepared
    from ..settings import Settings, Stage
    from .companion import Introduction
    from .emulator import Emulator


@dataclass(frozen=True)
class System:
    """An emulated AWS with a stage to deploy to, whose functions run on this machine."""

    settings: Settings
    stage: Stage
    emulator: Emulator
    introduction: Introduction
    aws: Aws

    def deploy(self, prepared: Prepared, say: Callable[[str], None]) -> DeployResult:
        """Deploy by the code path that AWS gets: template, layers, roll-out, aliases."""
        for name, value in self.introduction.parameters.items():
            parameters.keep_secret(self.aws, name, value)
        own = with_secrets(os.environ, self.settings.project, self.stage.name)
        environment = {**own, **self.introduction.environment}
        given = stack.parameters(self.stage, environment) if self.settings.has_stack else {}
        return Deployment(self.aws, self.settings, self.stage, given, prepared, say, lambda _: None).deploy()

    def outputs(self, done: DeployResult) -> dict[str, str]:
        """Return the stack's outputs, with addresses that hold on this machine."""
        return {output.key: self.emulator.address_of(output.value) for output in done.outputs}


@contextmanager
def running(  # noqa: PLR0913 - each is the command line's
    settings: Settings,
    stage: Stage,
    engine: Engine | None,
    say: Callable[[str], None],
    port: int | None = None,
    *,
    unconfined: bool = False,
) -> Iterator[System]:
    """Bring the system up; without an engine its functions are processes of this host. Nothing of it stays."""
    with ExitStack() as opened:
        home = opened.enter_context(folders.temporary("local"))
        introduction = opened.enter_context(companion.serving(settings, stage.name, port, home))
        source = _Source(Cache.from_environment(os.environ).root / "published", introduction.functions)
        files = opened.enter_context(ExitStack())  # before the door, so that functions end before their files go
        functions = FunctionPool(source.fetch, _starts(settings, engine, files, say, unconfined=unconfined))
        url = opened.enter_context(door(functions))
        emulated = opened.enter_context(emulator.running(home, functions=url))
        opened.enter_context(only(emulated.environment(stage.region)))
        source.aws = connected(stage)
        yield System(settings, stage, emulated, introduction, source.aws)


def _starts(
    settings: Settings, engine: Engine | None, files: ExitStack, say: Callable[[str], None], *, unconfined: bool
) -> Starts:
    if engine is None:
        return Processes(say, unconfined)
    from ..container import leftovers

    leftovers.remove(engine.client)
    image = engine.resolve(settings.image, settings.architectures[0], say)
    say(f"functions run in {image.reference}, behind the Runtime Interface Emulator")
    return Containers(engine, image.reference, files)


@dataclass
class _Source:
    """Where functions come from, once the emulated AWS is there. `variables` are what every function gets besides."""

    folder: Path
    variables: Mapping[str, str]
    aws: Aws | None = None

    def fetch(self, name: str, version: str) -> Published:
        """Get a version with what it needs to find the emulated AWS and the companion."""
        if self.aws is None:
            raise EngineError.of(f"{name}:{version}", "was invoked before the emulated AWS was there")
        published = fetch(Downloads(self.aws, self.folder), name, version)
        access = {key: os.environ[key] for key in _ACCESS}
        return replace(published, environment={**published.environment, **access, **self.variables})


_ACCESS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def connected(stage: Stage) -> Aws:
    """Connect to the emulated account, whichever one the stage is for; raise RolloutError if it were a real one."""
    aws = connect(replace(stage, account=None))
    # Also makes the client, before threads share it.
    if aws.is_amazons:
        raise RolloutError.of(aws.functions.meta.endpoint_url, "is Amazon's: a local system never goes there")
    return aws


@contextmanager
def only(environment: Mapping[str, str]) -> Iterator[None]:
    """Let boto3 find these settings and no others of this machine's: a real account is out of reach."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in before:
        del os.environ[name]
    os.environ.update(environment)
    try:
        yield
    finally:
        for name in environment:
            os.environ.pop(name, None)
        os.environ.update(before)
