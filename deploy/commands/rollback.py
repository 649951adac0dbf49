"""Go back to the release before, or to a named one: every function's code, layers and configuration, in seconds.

Without RELEASE it is the release that was live before this one, so that rolling back a rollback goes forward again.
RELEASE is the start of its name, as far as the aliases and versions in AWS still tell of it. Nothing is built or
uploaded: the versions are there. Each is asked what it runs; then all aliases move, or none, and are read back. It
works as well where the layer version was deleted since. The stack's other resources stay as they are.

The plan says what the release lacks that is taken up: commits, packages, settings.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..documents.writing import as_json
from ..invocation import advised
from . import confirm

if TYPE_CHECKING:
    import argparse

    from ..published.functions import ServedFunction
    from ..release.rollback import RollbackPlan


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "rollback",
        help="go back to the release before, or to a named one",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("release", nargs="?", metavar="RELEASE", help="a release's name, or its first digits")
    parser.add_argument("--stage", required=True, help="a stage of config/pipeline.yaml")
    confirm.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    stage = settings.stage(arguments.stage)
    # boto3 takes a quarter of a second to import: a wrong stage is told without it.
    from ..aws.connection import connect
    from ..layer.cache import Cache
    from ..published.downloads import Downloads
    from ..release import history, rollback

    console = Console(sys.stderr if arguments.json else sys.stdout)
    aws = connect(stage)
    console.say(f"stage {stage.name}: account {aws.account}, {aws.region}")
    downloads = Downloads(aws, Cache.from_environment(os.environ).root / "published")
    served = history.read(aws, settings, stage)
    plan = rollback.plan(stage.name, served, arguments.release, downloads, settings.project)
    for line in plan.lines():
        console.say(line)
    applies = not (arguments.plan or plan.is_empty)
    if applies:
        confirm.agree(stage, f"Move {stage.name} to release {plan.release}?", yes=arguments.yes)
        rollback.carry_out(aws, plan, downloads, console.say)
        _summarise(plan, console)
    else:
        console.say("nothing was changed" + ("" if plan.is_empty else "; without --plan it is done"))
    if arguments.json:
        from .output.rollback import output

        print(as_json(output(plan, changed=applies)), end="")
    return 0


def _summarise(plan: RollbackPlan, console: Console) -> None:
    rows = [
        [step.served.name, step.served.alias.name, step.target.version, plan.release, _was(step.served)]
        for step in plan.steps
    ]
    console.say()
    console.table(["function", "alias", "version", "release", "before"], rows)
    console.say()
    console.say(f"release {plan.release} is live in {plan.stage}")
    console.say(f"next: find out why, then deploy; to go forward again, {advised('rollback', '--stage', plan.stage)}")


def _was(served: ServedFunction) -> str:
    return f"was {served.alias.version}, {served.release or 'of no known release'}"
