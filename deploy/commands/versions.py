"""List the versions of the project's layers, newest first, in every region of a stage.

Each with what it is for, what changed in it, and what follows it: the channels that name it, and the functions of the
account that have it, whoever made them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..errors import ConfigError, Fault, suggest
from ..invocation import advised
from . import read_only

if TYPE_CHECKING:
    import argparse


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "versions",
        help="list the versions of the layers, newest first",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--layer", metavar="NAME", help="this layer alone")
    read_only.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from ..status import published
    from .status import VERSIONS, version_rows

    settings, console = load(arguments.project, os.environ), read_only.console(arguments)
    if arguments.layer is not None:
        if arguments.layer not in settings.layers:
            what = "there is no such layer"
            raise ConfigError(
                [Fault(f"--layer {arguments.layer}", what, cure=suggest(arguments.layer, settings.layers))]
            )
        settings = replace(settings, layers={arguments.layer: settings.layers[arguments.layer]})
    place = read_only.Location.chosen(settings, arguments)
    stage = replace(place.stage, publish_regions=()) if arguments.region else place.stage
    console.say(f"account {place.aws.account}, {', '.join(stage.regions)}")
    found = published.read(place.aws, settings, stage)
    if arguments.json:
        from .output.versions import output

        read_only.print_json(output(place.aws.account, found))
        return 0
    shown = Console()
    shown.say()
    shown.table(VERSIONS, list(version_rows(found)))
    if not found:
        shown.say(f"there are none yet: {advised('deploy', '--stage', stage.name or 'STAGE')}")
    return 0
