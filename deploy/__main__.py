"""`channelwright COMMAND`: parses, loads one command, turns a refusal into a message and an exit code.

Exit codes: 0 done, or nothing to do; 1 the run was refused, with every reason on stderr; 2 wrong usage; 3 a check
that was asked for found something, such as `status --check` a drift. A bug keeps its traceback.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import io
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from . import __version__, extensions
from .command_line import completing, refusals
from .command_line.parser import Parser
from .configuration import load
from .errors import PipelineError, UsageError
from .invocation import MODULE, PROGRAM, Invocation, begin, command, in_this_way, program_name
from .keys.command_names import COMMANDS
from .terminal import verbose
from .terminal.characters import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from .settings import Settings

_VERBOSE = "say what is run in containers; -vv each call to AWS too, with its time (CHANNELWRIGHT_DEBUG=api does)"
PROJECT_VARIABLE = "CHANNELWRIGHT_PROJECT"


def program() -> int:
    """Run what the process was started with: the entry point of the command that a wheel installs."""
    if sys.platform == "win32":
        print("channelwright: runs on Linux and macOS; on Windows use WSL", file=sys.stderr)
        return 1
    _look_for_garbage_seldom()
    return main(sys.argv[1:])


def _look_for_garbage_seldom() -> None:
    """Let the collector do as good as nothing in a run without changes: what that makes stays until it ends.

    When the process ends nothing is looked through at all, as nobody needs the memory back.
    """
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)


def main(argv: list[str]) -> int:
    # A cancelled CI job sends SIGTERM: like Ctrl-C, it shall leave no containers, and no alias half-way. A shell
    # starts what runs in its background with Ctrl-C ignored; who sends it by `kill -INT` means it all the same.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    # Python has None for one that was closed before it began: what is written there is wanted by nobody.
    sys.stdout, sys.stderr = (each or _nowhere() for each in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Whatever a terminal or a file cannot show is shown in another way; it is no reason to end.
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook = _tell_bug
    begin(Invocation.of(sys.argv, os.environ))
    return guarded(lambda: _run(argv), argv)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _tell_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback as Python does; what an error says may come from outside."""
    print(plain("".join(traceback.format_exception(kind, error, trace)).rstrip()), file=sys.stderr)


def guarded(run: Callable[[], int], argv: Sequence[str] = ()) -> int:
    """Return a command's exit code; one that is refused, stopped or not read any more says so, with its own code."""
    try:
        return run()
    except UsageError as error:
        raise SystemExit(refusals.tell(error, argv)) from error
    except PipelineError as error:
        return refusals.tell(error, argv)
    except BrokenPipeError:
        if not _stopped_reading():
            raise
        return 128 + signal.SIGPIPE
    except OSError as error:
        if (refused := refusals.of_machine(error)) is None:
            raise
        return refusals.tell(refused, argv)
    except KeyboardInterrupt:
        return refusals.tell_interruption(argv)


def _run(argv: list[str]) -> int:
    if completing.ASKED in os.environ:
        completing.answer(_parser(completing.words(os.environ), None), lambda: load(Path(), os.environ))
    settings = _extending(argv)
    if settings and (called := extensions.called(argv, settings)):
        return called.run()
    arguments = _parser(argv, settings, alone=extensions.called_at_once(argv)).parse_args(argv)
    verbose.begin(arguments.verbose, os.environ)
    code: int = _command(arguments.command).run(arguments)
    return code


def _extending(argv: list[str]) -> Settings | None:
    """Read what the project adds, where that matters: it costs more than all else of a run without changes."""
    if extensions.is_pipelines(argv) and "doctor" not in argv:
        return None
    project = Invocation.of([MODULE, *argv], {}).project or os.environ.get(PROJECT_VARIABLE, "")
    return extensions.declared(Path(project), os.environ)


def _stopped_reading() -> bool:
    """Whether it is our output that nobody reads any more, as `head` does once it has seen enough.

    What may be left in the buffer then goes nowhere, as Python would try again when it ends:
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except OSError:  # no file, and so no pipe
        return False
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _parser(argv: list[str], settings: Settings | None, *, alone: str = "") -> Parser:
    """Return the parser of a command line; `alone` is the command that it has alone, all without one."""
    parser = Parser(
        prog=program_name(),
        description="Builds AWS Lambda layers for Python inside the Lambda runtime image, proves them there, and "
        f"ships them. What a command does and takes: `{command('layer', '--help')}`.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument("-v", "--verbose", action="count", default=0, help=_VERBOSE)
    parser.add_argument(
        "--project",
        type=_folder,
        default=Path(os.environ.get(PROJECT_VARIABLE, "")),
        metavar="DIR",
        help=f"the folder with config/pipeline.yaml (default: {PROJECT_VARIABLE}, else here)",
    )
    # By its name, which argparse would work out with all that formats help.
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, prog=parser.prog)
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
    return parser


def _folder(text: str) -> Path:
    """Take a folder's path; a variable that is not set leaves none, and stands for no folder at all."""
    if not text:
        raise argparse.ArgumentTypeError("names no folder\nleave it out to take the one in which it runs")
    return Path(text)


def _command(name: str) -> Any:
    return importlib.import_module(f".commands.{name.replace('-', '_')}", __package__)


if __name__ == "__main__":
    sys.exit(program())
