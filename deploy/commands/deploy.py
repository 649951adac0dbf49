"""Publish what changed and roll it out to a stage.

The layers are built and verified as `layer` does. Then the stack is brought to what the template says, through a
change set that is shown first; layers that AWS does not have are published; new function versions are made, each
is asked what it runs, and only then the aliases move: all, or none. What is the same already is left alone.

A stage with `publish-regions` gets its layers in all of them side by side, before any function is changed. A new
version is shared as its layer's `share` declares, and its channel `next` names it; see `share --help`.

Credentials, region endpoints and proxies are boto3's own settings: AWS_PROFILE, AWS_ENDPOINT_URL and so on.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console, size
from ..invocation import advised
from . import layer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..release.deploy import DeployResult
    from ..settings import Settings, Stage


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "deploy",
        help="publish what changed and roll it out",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", required=True, help="a stage of config/pipeline.yaml")
    parser.add_argument("--plan", action="store_true", help="say what would be done, and stop")
    parser.add_argument(
        "--built", action="store_true", help="ship what `layer` built and proved; refuse to make anything here"
    )
    parser.add_argument("--yes", action="store_true", help="remove and replace what the change set says, unasked")
    parser.add_argument("--public", action="store_true", help="share with every AWS account what is declared public")
    layer.choose(parser)


def run(arguments: argparse.Namespace) -> int:
    console = Console()
    settings = load(arguments.project, os.environ)
    stage = settings.stage(arguments.stage)
    # boto3 takes a quarter of a second to import: a wrong stage is told without it.
    from ..aws.connection import connect
    from ..local_secrets import with_secrets
    from ..release import stack
    from ..release.deploy import Deployment
    from ..share import grants

    grants.refuse_unasked_public(settings, asked=arguments.public)
    environment = with_secrets(os.environ, settings.project, stage.name)
    parameters = stack.parameters(stage, environment) if settings.template else {}
    aws = connect(stage)
    console.say(f"stage {stage.name}: account {aws.account}, {aws.region}")
    made = layer.prepared(arguments, console)

    def confirm(lost: Sequence[str]) -> bool:
        return arguments.yes or confirmed(lost)

    deployment = Deployment(aws, settings, stage, parameters, made, console.say, confirm)
    if arguments.plan:
        deployment.show()
        console.say("nothing was changed; without --plan it is done")
        return 0
    summarise(deployment.deploy(), settings, stage, console)
    return 0


def summarise(done: DeployResult, settings: Settings, stage: Stage, console: Console) -> None:
    show_release(done, stage, console)
    for output in done.outputs:
        console.say(f"{output.key}: {output.value}{f'  ({output.description})' if output.description else ''}")
    console.say(_next_step(settings, stage))


def show_release(done: DeployResult, stage: Stage, console: Console) -> None:
    release = done.release
    console.say()
    rows = [
        [each.name, each.alias, each.version, f"was {each.was}" if each.moved else "unchanged"]
        for each in release.functions
    ]
    console.table(["function", "alias", "version", ""], rows)
    console.say()
    sent = f"{size(release.uploaded)} uploaded" if release.uploaded else "nothing uploaded"
    state = sent if done.changed else "nothing changed, nothing uploaded"
    console.say(f"release {release.id} is live in {stage.name}: {state}")


def _next_step(settings: Settings, stage: Stage) -> str:
    stages = list(settings.stages)
    following = stages[stages.index(stage.name) + 1 :]
    if following:
        return f"next: try it, then {advised('promote', '--from', stage.name, '--to', following[0])}"
    return f"next: try it; to go back, {advised('rollback', '--stage', stage.name)}"


def confirmed(lost: Sequence[str]) -> bool:
    """Ask a person, where there is one. A run in CI that may take something away is given --yes on purpose."""
    if not _is_terminal():
        return False
    return input(f"{', '.join(lost)}: removed or replaced, with all they hold. Go on? [y/N] ").strip().lower() == "y"


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
