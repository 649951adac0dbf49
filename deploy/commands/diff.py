"""Say how two layers differ: packages, sizes, licences, files, and what binds them to a Python or a machine.

Each of the two is VERSION of the project's layer, LAYER:VERSION, LAYER for its newest version, anybody's layer version
by its whole ARN, `local` for what was built last (dist/LAYER.zip), or a .zip file:

    diff 3 4        what version 4 brought
    diff 4 local    what a deploy would bring

Nothing is taken from what people wrote about a layer: both zips are downloaded and compared.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..terminal.characters import plain
from . import read_only

if TYPE_CHECKING:
    from ..published.reference import OpenedLayer


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "diff",
        help="say how two layers differ",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("before", help="VERSION, LAYER:VERSION, LAYER, an ARN, local, or a .zip file")
    parser.add_argument("after", nargs="?", default="local", help="the same (default: local)")
    parser.add_argument("--files", action="store_true", help="name every file that was added, removed or changed")
    forms = read_only.add_arguments(parser)
    forms.add_argument("--markdown", action="store_true", help="print it as a section of a pull request's text")


def run(arguments: argparse.Namespace) -> int:
    from ..published.difference import difference
    from ..published.difference_text import markdown, show

    before, after = _opened(arguments)
    found = difference(before.contents, after.contents)
    if arguments.json:
        from .output import diff

        read_only.print_json(diff.output(before, after, found))
    elif arguments.markdown:
        print(plain(markdown(found, f"{before.name} → {after.name}")), end="")
    else:
        console = Console()
        console.say(f"{_titled(before)} -> {_titled(after)}\n")
        show(found, console, files=arguments.files)
    return 0


def _opened(arguments: argparse.Namespace) -> list[OpenedLayer]:
    from ..published import reference

    settings = load(arguments.project, os.environ)
    place = read_only.Location.chosen(settings, arguments)
    dist = arguments.project / "dist"
    # Both are understood before AWS is asked for one.
    wanted = [reference.refer(each, settings.layers, dist) for each in (arguments.before, arguments.after)]
    return [reference.read(each, place.downloads) for each in wanted]


def _titled(found: OpenedLayer) -> str:
    return found.name if found.contents.is_ours else f"{found.name} (not ours)"
