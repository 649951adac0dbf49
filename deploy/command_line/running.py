"""A command line parsed, with one command loaded, and run."""

from __future__ import annotations

import argparse
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, extensions
from ..configuration import load
from ..invocation import MODULE, PROGRAM, PROJECT_VARIABLE, Invocation, command, in_this_way, program_name
from ..keys.command_names import COMMANDS
from ..terminal import verbose
from . import completing
from .parser import Parser

if TYPE_CHECKING:
    from ..settings import Settings

_VERBOSE = "say what is run in containers; -vv each call to AWS too, with its time (CHANNELWRIGHT_DEBUG=api does)"


def run(argv: list[str]) -> int:
    """Run the command that a command line calls, or answer the shell that asks what may stand there."""
    if completing.ASKED in os.environ:
        completing.answer(parser(completing.words(os.environ), None), lambda: load(Path(), os.environ))
    settings = _extending(argv)
    if settings and (called := extensions.called(argv, settings)):
        return called.run()
    arguments = parser(argv, settings, alone=extensions.called_at_once(argv)).parse_args(argv)
    verbose.begin(arguments.verbose, os.environ)
    code: int = _command(arguments.command).run(arguments)
    return code


def _extending(argv: list[str]) -> Settings | None:
    """Read what the project adds, where that matters: it costs more than all else of a run without changes."""
    if extensions.is_pipelines(argv) and "doctor" not in argv:
        return None
    project = Invocation.of([MODULE, *argv], {}).project or os.environ.get(PROJECT_VARIABLE, "")
    return extensions.declared(Path(project), os.environ)


def parser(argv: list[str], settings: Settings | None, *, alone: str = "") -> Parser:
    """Return the parser of a command line; `alone` is the command that it has alone, all without one."""
    made = Parser(
        prog=program_name(),
        description="Builds AWS Lambda layers for Python inside the Lambda runtime image, proves them there, and "
        f"ships them. What a command does and takes: `{command('layer', '--help')}`.",
    )
    made.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    made.add_argument("-v", "--verbose", action="count", default=0, help=_VERBOSE)
    made.add_argument(
        "--project",
        type=_folder,
        default=Path(os.environ.get(PROJECT_VARIABLE, "")),
        metavar="DIR",
        help=f"the folder with config/pipeline.yaml (default: {PROJECT_VARIABLE}, else here)",
    )
    # By its name, which argparse would work out with all that formats help.
    subparsers = made.add_subparsers(dest="command", metavar="COMMAND", required=True, prog=made.prog)
    # To name the others takes a tenth of a run without changes.
    for name, summary in ({alone: COMMANDS[alone]} if alone in COMMANDS else extensions.summaries(settings)).items():
        # Only the command that was asked for is imported: the others would cost more than such a run.
        if name == "doctor" and name in argv:
            _command(name).add(subparsers, settings.extensions.values() if settings else ())
        elif name in argv and name in COMMANDS:
            _command(name).add(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    for each in subparsers.choices.values():
        # Behind the command as well as before it, where people and nox sessions write it.
        each.add_argument("-v", "--verbose", action="count", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        each.description = in_this_way(each.description or "")
    return made


def _folder(text: str) -> Path:
    """Take a folder's path; a variable that is not set leaves none, and stands for no folder at all."""
    if not text:
        raise argparse.ArgumentTypeError("names no folder\nleave it out to take the one in which it runs")
    return Path(text)


def _command(name: str) -> Any:
    return importlib.import_module(f"..commands.{name.replace('-', '_')}", __package__)
