"""Make this machine ready for containers, as far as it is not: Debian and Ubuntu, as root.

Installs and starts Docker unless an engine answers already, then pulls the runtime image of config/pipeline.yaml.
Where its registry cannot be reached, a stand-in is built in its place: good for tests and trials, as it behaves the
same wherever the pipeline looks, but not for what ships. The last line says what to set to use what was found.
With `--arm64` an image for arm64 is brought besides, and QEMU where this machine is none: layers for it are tried, too.
Nothing is changed that is there already; no other command installs or starts anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..settings import IMAGE_VARIABLE
from . import read_only

if TYPE_CHECKING:
    import argparse


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("engine", help="install and start a container engine", description=__doc__)
    parser.add_argument(
        "--tests",
        action="store_true",
        help="install what only the pipeline's own tests need as well: a registry, a browser, shells, a compiler",
    )
    parser.add_argument(
        "--arm64",
        action="store_true",
        help="let this machine run the runtime image for arm64 as well, by emulation where it is another one",
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    from ..container import emulation, install

    settings, console = load(arguments.project, os.environ), read_only.console(arguments)
    first = settings.architectures[0]
    image = install.ready(settings.image, first, os.environ, console.say, for_tests=arguments.tests)
    if arguments.arm64 and first != "arm64":
        emulation.enable("arm64", os.environ, console.say)
        console.say(f"for arm64: {install.ready(settings.image, 'arm64', os.environ, console.say)}")
    console.say(f"{IMAGE_VARIABLE}={image}")
    if arguments.json:
        from .output.engine import EngineOutput

        read_only.print_json(EngineOutput(image=image))
    return 0
