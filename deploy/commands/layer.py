"""Build the layers inside the Lambda runtime image and prove that they work there.

The wheels of requirements.txt are downloaded by the runtime image's own pip, trimmed, compiled and zipped without
network. The final zip is then unpacked in a fresh container, where every package and every handler is imported and
every function is invoked once. What was built or proven before is reused; a run without changes takes no container.

Writes to dist/: LAYER.zip, LAYER.json (the manifest), LAYER.cdx.json (the SBOM) and code.zip.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from deploy.console import Console, size
from deploy.layer.prepare import Choices, Prepared, prepare
from deploy.settings import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from deploy.layer.verify import VerifiedLayer


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "layer",
        help="build the layers and prove them",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choose(parser)


def choose(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every command has which needs a verified layer."""
    parser.add_argument("--no-cache", action="store_true", help="build and verify anew, whatever was done before")
    parser.add_argument(
        "--runtime",
        choices=["container", "host"],
        default="container",
        help="host: build and verify without containers, on Linux with Python 3.11. The same wheels and audits, but "
        "nothing proves that it loads in Lambda's runtime, so a real AWS account does not get it",
    )


def run(arguments: argparse.Namespace) -> int:
    console = Console()
    summarise(prepared(arguments, console), console)
    return 0


def prepared(arguments: argparse.Namespace, console: Console) -> Prepared:
    """Do what `arguments` ask for, so that there is something to ship."""
    settings = load(arguments.project, os.environ)
    choices = Choices(
        on_host=arguments.runtime == "host",
        use_cache=not arguments.no_cache,
        only_built=getattr(arguments, "built", False),
    )
    return prepare(settings, choices, os.environ, console)


def summarise(done: Prepared, console: Console) -> None:
    console.say()
    console.table(
        ["layer", "packages", "zip", "unzipped", "left out", "files", "state"],
        [_row(layer, done.fresh) for layer in done.layers],
    )
    console.say()
    for layer in done.layers:
        console.say(f"{_shown(layer)}  sha256 {layer.built.sha256}")
    if done.bundle:
        console.say(f"{done.bundle.zip.parent.name}/{done.bundle.zip.name}  {size(done.bundle.size)}")


def _row(layer: VerifiedLayer, fresh: frozenset[str]) -> Sequence[str]:
    built = layer.built
    return [
        built.spec.stem,
        str(len(built.report.packages)),
        size(built.report.zipped),
        size(built.report.unzipped),
        size(sum(saving.bytes for saving in built.report.savings)),
        str(built.report.files),
        "built and verified" if built.spec.stem in fresh else "unchanged, verified before",
    ]


def _shown(layer: VerifiedLayer) -> str:
    return f"{layer.built.zip.parent.name}/{layer.built.zip.name}"
