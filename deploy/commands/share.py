"""Say who may use the layers, bring AWS to that, and give other projects a name to follow.

Who may use a layer is declared in config/pipeline.yaml. A grant belongs to one layer version, so `deploy` makes it
anew for each that it publishes; this command shows all of them, and brings every version to what is declared now: new
grants on the versions in use (the newest, those with a channel, those that functions have), removed ones off all.

    layers:
      my-layer:
        share: {accounts: [123456789012], organization: o-a1b2c3d4e5}   # {} for nobody
        channels: true

A grant that somebody made by hand is shown as foreign, and removed only when it has been named and you agree, or
--yes is given. `public: true` is refused without --public. Functions that have a version keep it when a grant goes.

With `channels: true` two SSM parameters hold the ARN of a layer version: /layers/my-layer/next the newest, moved by
`deploy`, and /layers/my-layer/stable the one that was made stable here. They are for the project's first architecture
and its runtime; others have a suffix, /layers/my-layer/stable-arm64. To follow one, in the same account and region:

    CloudFormation, SAM   Layers: ["{{resolve:ssm:/layers/my-layer/stable}}"]
    CDK                   StringParameter.value_for_string_parameter(self, "/layers/my-layer/stable")
    Terraform             data "aws_ssm_parameter" "layer" { name = "/layers/my-layer/stable" }
    AWS CLI               aws ssm get-parameter --name /layers/my-layer/stable --query Parameter.Value --output text

Each resolves to the layer version's ARN, when the stack is created or updated. Other accounts read the catalog,
dist/catalog.json, which this command writes: every version in every region with its ARN, digests and packages. It is
described by deploy/share/catalog.schema.json.

It takes lambda:ListLayerVersions, GetLayerVersion, GetLayerVersionPolicy, AddLayerVersionPermission and
RemoveLayerVersionPermission on the layers, ssm:GetParameters and PutParameter on their channels.

    channelwright share --stage prod --plan       who may use what, and what would change
    channelwright share --stage prod --stable     what `next` says becomes stable, in every region
    channelwright share --stage prod --stable 12  version 12 becomes stable: forward, or back
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..documents.writing import as_json
from ..errors import ConfigError, Fault
from ..layer.cache import Cache
from . import confirm

if TYPE_CHECKING:
    import argparse

    from ..settings import Settings
    from ..share.reconcile import Reconciliation

_NEXT = "next"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "share",
        help="say who may use the layers, and which version is stable",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", required=True, help="a stage of config/pipeline.yaml; all its regions are meant")
    parser.add_argument(
        "--stable",
        metavar="VERSION",
        nargs="?",
        const=_NEXT,
        type=_version,
        help="make this version stable, numbered as in the stage's own region; without a number what `next` says",
    )
    parser.add_argument("--layer", metavar="NAME", help="the layer that --stable is about, where several have channels")
    parser.add_argument("--public", action="store_true", help="let every AWS account use what is declared public")
    parser.add_argument("--plan", action="store_true", help="say what would be done, and stop")
    parser.add_argument("--yes", action="store_true", help="do it unasked, and remove what others granted")
    parser.add_argument("--json", action="store_true", help="print JSON alone, and ask nothing")


def _version(text: str) -> str:
    import argparse

    if text != _NEXT and not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no version: give a number from 1 on, or none")
    return text


def run(arguments: argparse.Namespace) -> int:
    # Not even on stderr: nox sends a command's stderr to stdout.
    console = Console(io.StringIO()) if arguments.json else Console()
    settings = load(arguments.project, os.environ)
    stage = settings.stage(arguments.stage)
    _check(arguments, settings)
    from ..aws.connection import connect
    from ..share import catalog, grants, reconcile

    grants.refuse_unasked_public(settings, asked=arguments.public)
    downloads = Cache.from_environment(os.environ).root / "published"
    aws = connect(stage)
    console.say(f"stage {stage.name}: account {aws.account}, {', '.join(stage.regions)}")
    wish = reconcile.Wish(stable=arguments.stable, layer=arguments.layer)
    planned = reconcile.plan(aws, settings, stage, wish, downloads)
    show(planned, console)
    written = None
    if arguments.plan:
        console.say("nothing was changed; without --plan it is done")
    else:
        if planned.changes:
            confirm.agree(stage, f"Bring {stage.name} to this?", yes=arguments.yes)
        foreign = bool(planned.foreign) and (arguments.yes or _confirmed(planned, asking=not arguments.json))
        planned.apply(console.say, foreign=foreign)
        written = catalog.deliver(catalog.make(planned.places, settings, downloads), settings.project / "dist")
        summarise(planned, console, foreign=foreign)
        console.say(f"{written.parent.name}/{written.name}")
    if arguments.json:
        done = planned if arguments.plan else reconcile.plan(aws, settings, stage, reconcile.Wish(), downloads)
        from .output.share import output

        print(as_json(output(planned, done, applied=not arguments.plan)), end="")
    return 0


def _check(arguments: argparse.Namespace, settings: Settings) -> None:
    name = arguments.layer
    if name is not None and arguments.stable is None:
        raise ConfigError([Fault(f"--layer {name}", "says which layer --stable is about", cure="add --stable")])
    if name is not None and name not in settings.layers:
        cure = f"use one of: {', '.join(sorted(settings.layers))}"
        raise ConfigError([Fault(f"--layer {name}", "there is no such layer", cure=cure)])


def show(planned: Reconciliation, console: Console) -> None:
    console.say()
    rows = [[each.sharing.where, each.region, str(each.grant), each.shown] for each in planned.rows()]
    console.table(["layer version", "region", "grant", "state"], rows)
    if not rows:
        console.say("nobody else may use the layers")
    console.say()
    named = [
        [each.name, each.region, each.to, f"was {each.origin}" if not each.is_made else ""] for each in planned.channels
    ]
    console.table(["channel", "region", "layer version", "before"], named)
    if named:
        console.say()


def summarise(planned: Reconciliation, console: Console, *, foreign: bool) -> None:
    if planned.foreign and not foreign:
        console.say(f"left as it is: {', '.join(planned.foreign)}; --yes removes what others granted")
    elif not (planned.changes or foreign):
        console.say("nothing changed: every version is shared as declared")


def _confirmed(planned: Reconciliation, *, asking: bool) -> bool:
    """Ask a person, where there is one. A run in CI that may take something away is given --yes on purpose."""
    if not (asking and confirm.is_terminal()):
        return False
    return input(f"{', '.join(planned.foreign)}: removed. Go on? [y/N] ").strip().lower() == "y"
