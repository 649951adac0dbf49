"""Delete old versions of a stage's functions and of the project's layers that nothing refers to.

It says what would go, what stays and why, and what that frees of the region's code storage, where every version counts;
then a terminal is asked, and elsewhere nothing is deleted without --yes. Never deleted is what $LATEST, a kept version
or an alias, with all or a share of its traffic, of any function in the account and region refers to; what the last K
releases need for `rollback`; what the stack made; and what other accounts were let into. Function versions go first,
then the layers that nothing has any more. Each version is looked at once more right before it is deleted. A failure
stops nothing else: it is told at the end, and the exit code is 1.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..documents.writing import as_json
from ..errors import RolloutError
from ..terminal.characters import plain
from ..terminal.quantity import quantity
from . import confirm

if TYPE_CHECKING:
    import argparse

    from ..errors import Fault
    from ..prune.values import JudgedVersion


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "prune",
        help="delete old versions that nothing refers to; a dry run unless told otherwise",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", required=True, help="a stage of config/pipeline.yaml")
    parser.add_argument("--keep", type=_count, default=5, metavar="K", help="keep the newest K of each (default: 5)")
    kept = "keep what is younger than D days (default: 1)"
    parser.add_argument("--days", type=_count, default=1, metavar="D", help=kept)
    parser.add_argument("--plan", action="store_true", help="say what would be deleted, and stop")
    parser.add_argument("--yes", action="store_true", help="delete unasked; without it, and a terminal, nothing is")
    parser.add_argument("--json", action="store_true", help="print the plan and what was deleted as JSON")


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    stage = settings.stage(arguments.stage)
    # boto3 takes a quarter of a second to import: a wrong stage is told without it.
    from ..aws.connection import connect
    from ..layer.cache import Cache
    from ..prune import plan as planning
    from ..prune import removal
    from ..prune.values import KeepPolicy
    from ..published.downloads import Downloads

    console = Console(sys.stderr if arguments.json else sys.stdout)
    aws = connect(stage)
    console.say(f"stage {stage.name}: account {aws.account}, {aws.region}")
    downloads = Downloads(aws, Cache.from_environment(os.environ).root / "published")
    plan = planning.plan(downloads, settings, stage, KeepPolicy(arguments.keep, arguments.days, datetime.now(UTC)))
    console.table(["", "version", "since", "made of", "size", "why"], plan.rows())
    for line in plan.lines():
        console.say(line)
    gone: list[JudgedVersion] = []
    faults: list[Fault] = []
    if not plan.going and not plan.freed:
        console.say("nothing to delete")
    elif not arguments.yes and (arguments.plan or arguments.json or not confirm.is_terminal()):
        console.say("nothing was changed; --yes deletes")
    else:
        confirm.ask(f"Delete {quantity(len(plan.going), 'version')} for good?", yes=arguments.yes)
        gone, faults = removal.carry_out(aws, plan, console.say)
        console.say(f"{len(gone)} deleted, {planning.freed(gone)} freed")
    if arguments.json:
        from .output.prune import output

        print(as_json(output(plan, gone, faults)), end="")
    if faults and arguments.json:
        print(plain(str(RolloutError(faults))), file=sys.stderr)  # stdout has them already
        return 1
    if faults:
        raise RolloutError(faults)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal():
        import argparse

        raise argparse.ArgumentTypeError(f"{text} is not a number from 0")
    return int(text)
