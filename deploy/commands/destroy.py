"""Delete all that a stage made: its stack, its layers' versions in every region, their channels, its functions' logs.

Everything is named first, one by one, and what stays with the reason. A layer version stays that another function of
the account has, that was shared, or that another stage of the project is served with, where that is there; a function
that no stack of the pipeline made stays, with its code. What a template keeps by DeletionPolicy CloudFormation keeps;
objects that were uploaded to a bucket stay in it.

On a terminal it asks twice: whether, and for the stage's name. Without one it takes --yes and --confirm STAGE.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..errors import ConfigError, Fault, RolloutError
from . import confirm, read_only

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from ..destroy.plan import DestroyPlan, Remnant


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "destroy",
        help="delete all that a stage made",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", required=True, help="a stage of config/pipeline.yaml")
    confirm.add_arguments(parser)
    parser.add_argument("--confirm", metavar="STAGE", help="the stage's name once more, in place of typing it")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    stage = settings.stage(arguments.stage)
    if arguments.confirm not in {None, stage.name}:
        what = f"is not {stage.name}, the stage that is to go"
        raise ConfigError(
            [Fault(f"--confirm {arguments.confirm}", what, cure=f"give --confirm {stage.name}, or leave it out")]
        )
    # boto3 takes a quarter of a second to import: a wrong stage is told without it.
    from ..aws.connection import connect
    from ..destroy import carry_out, plan

    console = Console(sys.stderr if arguments.json else sys.stdout)
    aws = connect(stage)
    console.say(f"stage {stage.name}: account {aws.account}, {', '.join(stage.regions)}")
    planned = plan.make(aws, settings, stage)
    _show(planned, console)
    gone: list[Remnant] = []
    faults: list[Fault] = []
    if arguments.plan or not planned.going:
        console.say("nothing was changed; without --plan it is done" if planned.going else "nothing to delete")
    else:
        confirm.ask(f"Delete all {len(planned.going)} of stage {stage.name}, for good?", yes=arguments.yes)
        confirm.ask_for_name(stage.name, arguments.confirm)
        gone, faults = carry_out.carry_out(planned, console.say)
    if arguments.json:
        from .output.destroy import output

        read_only.print_json(output(aws.account, planned, gone, faults))
        for fault in faults:  # in the document too, which is all that there may be on stdout
            console.say(str(fault))
        return int(bool(faults))
    if faults:
        raise RolloutError(faults)
    return 0


def _show(planned: DestroyPlan, console: Console) -> None:
    for title, rows in (("goes", list(_going(planned))), ("stays", list(_staying(planned)))):
        if rows:
            console.say()
            console.table([title, "kind", "region" if title == "goes" else "why"], rows)
    console.say()


def _going(planned: DestroyPlan) -> Iterator[Sequence[str]]:
    for each in planned.going:
        kind, _, name = each.name.partition(" ") if each.of else (each.kind, "", each.name)
        # Of an ARN what stands behind account and region, which all have in common; --json has it whole.
        short = name.split(":", 5)[-1] if name.startswith("arn:") else name
        yield f"  {short}" if each.of else short, kind, each.region


def _staying(planned: DestroyPlan) -> Iterator[Sequence[str]]:
    for each in planned.staying:
        yield f"{each.name} in {each.region}", each.kind, each.stays
