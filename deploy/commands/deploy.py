"""Publish what changed and roll it out to a stage.

The layers are built and verified as `layer` does. Then the stack is brought to what the template says, through a
change set that is shown first; layers that AWS does not have are published; new function versions are made, each
is asked what it runs, and only then the aliases move: all, or none. What is the same already is left alone.

A stage with `publish-regions` gets its layers in all of them side by side, before any function is changed. A new
version is shared as its layer's `share` declares, and its channel `next` names it; see `share --help`.

The ARN of each layer in each region is printed, and in --json. A project without functions has that alone to give:
its layers go to the functions of Terraform, SAM or whatever else makes them.

Credentials, region endpoints and proxies are boto3's own settings: AWS_PROFILE, AWS_ENDPOINT_URL and so on.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console, size
from ..documents.writing import as_json
from ..invocation import advised
from . import confirm, layer
from .check import stale

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from ..layer.values import BuiltLayer
    from ..release.deploy import DeployResult
    from ..release.values import PlannedLayer
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
    confirm.add_arguments(parser)
    parser.add_argument(
        "--built", action="store_true", help="ship what `layer` built and proved; refuse to make anything here"
    )
    parser.add_argument("--public", action="store_true", help="share with every AWS account what is declared public")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")
    layer.choose(parser)
    layer.add_verify(parser)


def run(arguments: argparse.Namespace) -> int:
    console = Console(sys.stderr if arguments.json else sys.stdout)
    settings = load(arguments.project, os.environ)
    stage = settings.stage(arguments.stage)
    # boto3 takes a quarter of a second to import: a wrong stage is told without it.
    from ..agreement import deployed, places, static
    from ..aws.connection import connect
    from ..local_secrets import with_secrets
    from ..release import stack
    from ..release.deploy import Deployment
    from ..share import grants
    from .output import deploy as output

    grants.refuse_unasked_public(settings, asked=arguments.public)
    environment = with_secrets(os.environ, settings.project, stage.name)
    static.refuse(settings, stage, environment)
    parameters = stack.parameters(stage, environment) if settings.has_stack else {}
    for line in (*stale(settings), *(places.remarks(settings, [stage]) if arguments.plan else ())):
        console.say(line)
    aws = connect(stage)
    console.say(f"stage {stage.name}: account {aws.account}, {aws.region}")
    deployed.refuse(aws, settings, stage)
    made = layer.prepared(arguments, console)

    agree = partial(_agree, arguments, stage)
    compare = partial(_compare, arguments, settings, console)
    deployment = Deployment(aws, settings, stage, parameters, made, console.say, agree, compare=compare)
    followed = partial(_followed, settings=settings)
    if arguments.plan:
        planned = deployment.show()
        console.say("nothing was changed; without --plan it is done")
        told = output.of_plan(planned, deployment, followed)
    else:
        done = deployment.deploy()
        summarise(done, settings, stage, console)
        told = output.of_result(done, deployment, followed)
    if arguments.json:
        print(as_json(told), end="")
    return 0


def _agree(arguments: argparse.Namespace, stage: Stage, lost: Sequence[str]) -> None:
    confirm.agree(stage, f"Deploy this to {stage.name}?", yes=arguments.yes, lost=lost)


def _compare(arguments: argparse.Namespace, settings: Settings, console: Console, layers: Sequence[BuiltLayer]) -> None:
    """Compare layers with what their lock gives."""
    from ..prepare import against_lock

    against_lock.compare(layers, settings, layer.choices(settings, arguments), os.environ, console)


def summarise(done: DeployResult, settings: Settings, stage: Stage, console: Console) -> None:
    show_release(done, stage, console)
    for line in _arns(done.layers, settings):
        console.say(line)
    for output in done.outputs:
        console.say(f"{output.key}: {output.value}{f'  ({output.description})' if output.description else ''}")
    console.say(_next_step(settings, stage))


def show_release(done: DeployResult, stage: Stage, console: Console) -> None:
    release = done.release
    console.say()
    sent = f"{size(release.uploaded)} uploaded" if release.uploaded else "nothing uploaded"
    state = sent if done.changed else "nothing changed, nothing uploaded"
    if not release.functions:
        console.say(f"published in {stage.name}: {state}")
        return
    rows = [
        [each.name, each.alias, each.version, f"was {each.was}" if each.moved else "unchanged"]
        for each in release.functions
    ]
    console.table(["function", "alias", "version", "before"], rows)
    console.say()
    console.say(f"release {release.id} is live in {stage.name}: {state}")


def _arns(layers: Mapping[str, tuple[PlannedLayer, ...]], settings: Settings) -> Iterator[str]:
    """Yield where each layer is to be had: its ARN, and the parameter that holds it where there are channels."""
    for each in (each for group in layers.values() for each in group):
        yield each.arn
        if followed := _followed(each, settings):
            yield f"  followed as {followed}"


def _followed(layer: PlannedLayer, settings: Settings) -> str | None:
    """Name the parameter that holds the newest version of a layer, if it has channels."""
    from ..share import channels

    declared = settings.layers[layer.name]
    target = layer.verified.built.spec.target
    return channels.name(settings, declared, channels.NEXT, target) if declared.channels else None


def _next_step(settings: Settings, stage: Stage) -> str:
    stages = list(settings.stages)
    following = stages[stages.index(stage.name) + 1 :]
    if not settings.functions:
        then = f", then {advised('deploy', '--stage', following[0])}" if following else ""
        return f"next: attach it to your functions by its ARN{then}"
    if following:
        return f"next: try it, then {advised('promote', '--from', stage.name, '--to', following[0])}"
    return f"next: try it; to go back, {advised('rollback', '--stage', stage.name)}"
