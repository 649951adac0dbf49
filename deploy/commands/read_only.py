"""What the commands have in common that look into AWS and change nothing."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..console import Console
from ..errors import ConfigError, Fault
from ..layer.cache import Cache
from ..settings import Settings, Stage

if TYPE_CHECKING:
    import argparse

    from ..aws.connection import Aws
    from ..published.downloads import Downloads

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


def add_arguments(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add the arguments that say where to look, and for whom; return those of which one form of output is chosen."""
    parser.add_argument("--stage", help="whose account and region to look in (default: the project's first stage)")
    parser.add_argument("--region", help="another region than the stage's")
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON and nothing else; progress goes to stderr")
    return forms


@dataclass(frozen=True)
class Location:
    """Where to look. AWS is asked who we are only once something there is wanted."""

    settings: Settings
    stage: Stage
    _doors: dict[str, Downloads] = field(default_factory=dict, compare=False)

    @classmethod
    def chosen(cls, settings: Settings, arguments: argparse.Namespace) -> Location:
        """Take the stage that the arguments name, or the first; without one, the region that is named anywhere."""
        if arguments.stage:
            stage = settings.stage(arguments.stage)
        elif settings.stages:
            stage = next(iter(settings.stages.values()))
        else:
            stage = Stage(name="", region=_region(arguments), stack="")
        return cls(settings, replace(stage, region=arguments.region) if arguments.region else stage)

    def need_stage(self) -> None:
        """Raise ConfigError where the project has no stage to look at."""
        if not self.stage.name:
            cure = self.settings.stage_to_define()
            raise ConfigError([Fault("--stage", "the project has no stages", cure=cure)])

    @cached_property
    def aws(self) -> Aws:
        """Who we are in AWS; raise ConfigError where no region is named."""
        if not self.stage.region:
            cure = "give --region, set AWS_REGION, or define a stage in config/pipeline.yaml"
            raise ConfigError([Fault("--region", "there is no stage to take a region from", cure=cure)])
        from ..aws.connection import connect

        return connect(self.stage)

    def downloads(self, region: str = "") -> Downloads:
        """Return the downloads of a region, the stage's own by default."""
        from ..aws.connection import elsewhere
        from ..published.downloads import Downloads

        if region not in self._doors:
            folder = Cache.from_environment(os.environ).root / "published"
            self._doors[region] = Downloads(elsewhere(self.aws, region or self.aws.region), folder)
        return self._doors[region]


def console(arguments: argparse.Namespace) -> Console:
    """Return where progress is shown: never among JSON."""
    return Console(sys.stderr if arguments.json else sys.stdout)


def print_json(document: object) -> None:
    """Print what `deploy.commands.output` has a type for, and nothing else."""
    from ..documents.writing import as_json  # what prints for people has no need of it

    print(as_json(document), end="")


def _region(arguments: argparse.Namespace) -> str:
    return str(arguments.region or next((os.environ[name] for name in _REGIONS if os.environ.get(name)), ""))
