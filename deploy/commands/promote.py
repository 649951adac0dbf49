"""Make live in one stage the very bytes that another stage runs. Nothing is built.

What the first stage runs is read from AWS and doubted: one release, deployed by this pipeline, its layers what their
notes say, its live versions answering for just these bytes. Whatever speaks against it is told, all at once. Then its
zips are fetched, their digests checked, and proven as `layer` proves a build, unless this machine proved them before.
From there it is as `deploy` does it: the stack of the second stage, layer versions, new function versions, a health
check of each, and only then the aliases: all, or none. In the same account and region the layer version is the same;
into another it is copied.

The template and config/pipeline.yaml are the project's as it is here. Stages in different accounts name a `profile`
each; CHANNELWRIGHT_SOURCE_PROFILE names another one for the stage that is read.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console, size
from ..documents.writing import as_json
from ..errors import ConfigError, Fault
from ..invocation import advised
from . import backend, confirm, layer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from ..aws.connection import Aws
    from ..container.digest import RuntimeImage
    from ..layer.values import BuiltLayer
    from ..prepare import Prepared
    from ..release.deploy import Deployment, DeployResult
    from ..release.promote import Candidate
    from ..settings import Architecture, Settings, Stage

SOURCE_PROFILE = "CHANNELWRIGHT_SOURCE_PROFILE"
"""Names the profile for the stage that is read, in place of the stage's own `profile`."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "promote",
        help="make live in one stage the very bytes that another runs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--from", required=True, dest="source", metavar="STAGE", help="the stage that runs them")
    parser.add_argument("--to", required=True, dest="target", metavar="STAGE", help="the stage that shall run them")
    confirm.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON; all else goes to stderr")
    layer.choose(parser)


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    source, target = _source(settings, arguments.source), settings.stage(arguments.target, "--to")
    if source.name == target.name:
        raise ConfigError([Fault("--to", f"is {target.name}, as --from is", cure="name two stages")])
    # boto3 takes a quarter of a second to import: a wrong stage is told without it.
    from ..agreement import deployed, static
    from ..aws.connection import connect
    from ..local_secrets import with_secrets
    from ..release import stack

    console = Console(sys.stderr if arguments.json else sys.stdout)
    environment = with_secrets(os.environ, settings.project, target.name)
    static.refuse(settings, target, environment, builds=False)
    parameters = stack.parameters(target, environment) if settings.has_stack else {}
    run = _Run(settings, source, target, arguments, console)
    here, there = connect(source), connect(target)
    console.say(f"from {source.name}: account {here.account}, {here.region}")
    console.say(f"to   {target.name}: account {there.account}, {there.region}")
    deployed.refuse(there, settings, target)
    candidate = run.candidate(here)
    deployment = run.deployment(there, candidate, parameters)
    before = run.releases(there)
    done = None if arguments.plan else deployment.deploy()
    if done is None:
        deployment.show()
        console.say("nothing was changed; without --plan it is done")
    else:
        _summarise(candidate, done, before, target, console)
    if arguments.json:
        from .output.promote import output

        print(as_json(output(candidate, done, before, source, target)), end="")
    return 0


def _source(settings: Settings, name: str) -> Stage:
    """Return the stage that is read, with the profile that this run has for it: a job has no profiles of its own."""
    source = settings.stage(name, "--from")
    return replace(source, profile=os.environ.get(SOURCE_PROFILE) or source.profile)


@dataclass(frozen=True)
class _Run:
    """One promotion: from where, to where, and how."""

    settings: Settings
    source: Stage
    target: Stage
    arguments: argparse.Namespace
    console: Console

    def candidate(self, aws: Aws) -> Candidate:
        from ..git import commit, made_of
        from ..layer.cache import Cache
        from ..published.downloads import Downloads
        from ..release import promote

        downloads = Downloads(aws, Cache.from_environment(os.environ).root / "published")
        found = promote.fetch(aws, self.settings, self.source, downloads)
        self.console.say(f"release {found.release} {made_of(found.git)}: what {self.source.name} runs and answers for")
        if found.git != (here := commit(self.settings.project).short):
            release = f"the release is {made_of(found.git)}"
            self.console.say(f"the template and config/pipeline.yaml are {made_of(here)}; {release}")
        return found

    def deployment(self, aws: Aws, candidate: Candidate, parameters: Mapping[str, str]) -> Deployment:
        from ..release.deploy import Deployment

        def agree(lost: Sequence[str]) -> None:
            question = f"Make this live in {self.target.name}?"
            confirm.agree(self.target, question, yes=self.arguments.yes, lost=lost)

        made, say = self._proven(candidate), self.console.say
        return Deployment(aws, self.settings, self.target, parameters, made, say, agree, candidate.origin)

    def _proven(self, candidate: Candidate) -> Prepared:
        from ..prepare import Choices, prove

        def layers(architecture: Architecture, image: RuntimeImage) -> tuple[BuiltLayer, ...]:
            return candidate.built(self.settings, architecture, image)

        where, use_cache = backend.chosen(self.arguments), not self.arguments.no_cache
        choices = Choices(
            on_host=bool(where.on_host), unconfined=where.unconfined, use_cache=use_cache, stage=self.target
        )
        code, settings = candidate.code, self.settings
        return prove(layers, code, settings, choices, environment=os.environ, console=self.console)

    def releases(self, aws: Aws) -> Mapping[str, str]:
        """Name the release that each function of the target runs before; none where there is none."""
        from ..release import history

        served, _ = history.observe(aws, self.settings, self.target)
        return {each.name: each.release for each in served if each.release}


def _summarise(
    candidate: Candidate, done: DeployResult, before: Mapping[str, str], target: Stage, console: Console
) -> None:
    rows = [
        [each.name, each.alias, each.version, done.release.id, _was(each.was, before.get(each.name))]
        for each in done.release.functions
    ]
    console.say()
    console.table(["function", "alias", "version", "release", "before"], rows)
    console.say()
    sent = f"{size(done.release.uploaded)} uploaded" if done.release.uploaded else "nothing uploaded"
    # A stage with more architectures than its functions use counts layers that nothing has, and names it otherwise.
    called = "as in" if done.release.id == candidate.release else f"{candidate.release} in"
    console.say(f"release {done.release.id} is live in {target.name}, {called} {candidate.stage}: {sent}")
    for output in done.outputs:
        console.say(f"{output.key}: {output.value}{f'  ({output.description})' if output.description else ''}")
    console.say(f"next: try it; to go back, {advised('rollback', '--stage', target.name)}")


def _was(version: str, release: str | None) -> str:
    return f"was {version}, {release or 'of no release'}"
