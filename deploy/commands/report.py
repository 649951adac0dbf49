"""Write a page about a layer: where its size is, what is in it, what it needs, and what changed.

One HTML file that loads nothing. Without --version or --arn it is about dist/LAYER.zip, which `layer` builds; LAYER may
also be the path of any layer's zip. How long imports take, and how a layer was verified, is known where the manifest in
dist/ is about the very same bytes; of any other layer the page says that it is not known.

    report                            what was built last
    report --compare 3                and how it differs from version 3 in AWS
    report --version 4 --compare 3    version 4, and what it brought
    report --arn arn:aws:lambda:eu-central-1:770693421928:layer:Klayers-p311-pandas:12
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..aws.arns import WRITTEN, LayerVersionArn
from ..configuration import load
from ..console import size
from . import read_only


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "report",
        help="write a page about a layer",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("layer", nargs="?", metavar="LAYER", help="a layer of config/pipeline.yaml, or a .zip file")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version", type=_number, metavar="N", help="version N of the layer in AWS")
    which.add_argument("--arn", type=_arn, help="a layer version of any account")
    parser.add_argument("--compare", metavar="N|local|FILE", help="show what changed since that version or zip")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it (default: dist/LAYER.html)")
    read_only.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from ..atomic import write
    from ..published import reference
    from ..published.known import known
    from ..report.data import gather, stem
    from ..report.page import render

    settings = load(arguments.project, os.environ)
    place, dist = read_only.Location.chosen(settings, arguments), arguments.project / "dist"
    # All are understood before AWS is asked for one.
    wanted = [reference.refer(name, settings.layers, dist) for name in (_wanted(arguments), _before(arguments)) if name]
    shown, *before = (reference.read(each, place.downloads) for each in wanted)
    data = gather(known(shown, dist), settings, *before)
    page = render(data).encode()
    target: Path = arguments.out or dist / f"{stem(shown)}.html"
    write(target, page)
    console = read_only.console(arguments)
    if why := data.contents.not_a_layer:
        console.say(f"{data.origin} is no layer: {why}")
    if arguments.json:
        from .output.report import ReportOutput

        read_only.print_json(
            ReportOutput(file=str(target), bytes=len(page), layer=data.name, sha256=data.contents.sha256)
        )
    else:
        console.say(f"{target}  {size(len(page))}, about {data.origin}")
    return 0


def _wanted(arguments: argparse.Namespace) -> str:
    """Return the name, as deploy.published.reference understands it, of the layer that the page is about."""
    layer: str = arguments.layer or ""
    if arguments.arn:
        return str(arguments.arn)
    if arguments.version:
        return _version(layer, str(arguments.version))
    return layer if layer.endswith(".zip") else _local(layer)


def _before(arguments: argparse.Namespace) -> str:
    """Return the name of the layer that it is compared with; nothing where it is with none."""
    wish: str = arguments.compare or ""
    layer = "" if (arguments.layer or "").endswith(".zip") else arguments.layer or ""
    if wish == "local":
        return _local(layer)
    if not wish.isdecimal():
        return wish
    return f"{arguments.arn.rpartition(':')[0]}:{wish}" if arguments.arn else _version(layer, wish)


def _version(layer: str, number: str) -> str:
    return f"{layer}:{number}" if layer else number


def _local(layer: str) -> str:
    return f"local:{layer}" if layer else "local"


def _arn(text: str) -> str:
    if LayerVersionArn.match(text) is None:
        raise argparse.ArgumentTypeError(f"{text} is not the ARN of a layer version: give {WRITTEN}")
    return text


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no version: give a number from 1")
    return int(text)
