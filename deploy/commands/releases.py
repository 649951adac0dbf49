"""List the releases of a stage, newest first: when, of which commit, which version of each function, what is live.

What ran stands in AWS's own descriptions, so the list goes back as far as versions were kept; `prune` deletes them. A
release of which a version is gone cannot be gone back to, and shows it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..invocation import advised
from . import read_only

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from ..status.releases import KnownRelease


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "releases",
        help="list the releases of a stage, newest first",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    read_only.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from ..release import history
    from ..status import releases

    settings, console = load(arguments.project, os.environ), read_only.console(arguments)
    place = read_only.Location.chosen(settings, arguments)
    place.need_stage()
    console.say(f"stage {place.stage.name}: account {place.aws.account}, {place.aws.region}")
    found = releases.of(history.read(place.aws, settings, place.stage))
    if arguments.json:
        from .output.releases import output

        read_only.print_json(output(place.stage.name, found))
        return 0
    shown = Console()
    shown.say()
    shown.table(["release", "made", "commit", "versions", "state"], list(_rows(found)))
    if not found:
        shown.say(f"there are none yet: {advised('deploy', '--stage', place.stage.name)}")
    return 0


def _rows(found: Sequence[KnownRelease]) -> Iterator[Sequence[str]]:
    for each in found:
        versions = ", ".join(f"{name}:{version or 'gone'}" for name, version in each.versions.items())
        state = "live" if len(each.live) == len(each.versions) else f"live: {', '.join(each.live)}" if each.live else ""
        yield each.id, each.made[:16].replace("T", " "), each.git, versions, state
