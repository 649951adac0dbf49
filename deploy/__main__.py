"""`python -m deploy COMMAND`: parses, loads one command, turns a refusal into a message and an exit code.

Exit codes: 0 done, or nothing to do; 1 the run was refused, with every reason on stderr; 2 wrong usage; 3 a check
that was asked for found something, such as `status --check` a drift. A bug keeps its traceback.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any

from deploy import __version__
from deploy.errors import PipelineError
from deploy.invocation import MODULE, Invocation, begin, command

PROJECT_VARIABLE = "CHANNELWRIGHT_PROJECT"
COMMANDS = {
    "layer": "build the layers inside the Lambda runtime image and prove that they work there",
    "deploy": "publish what changed and roll it out to a stage",
    "local": "run the whole system on this machine, without any account",
    "status": "say what runs in a stage, and whether it is what it should be",
    "show": "say what is in a layer version",
    "diff": "say how two layers differ",
    "where": "find the layer versions that hold a package, and what runs them",
    "promote": "make live in one stage the very bytes that another runs",
    "rollback": "go back to the release before, or to a named one",
    "prune": "delete old versions that nothing refers to; a dry run unless told otherwise",
    "share": "say who may use the layers, and which version is stable",
    "report": "write a page about a layer: its size, packages, needs, and what changed",
    "register": "tell Discord the application's commands, and where its interactions go",
    "lock": "lock requirements.in to versions and hashes that fit the runtime",
    "scan": "look for known vulnerabilities, secrets, unwanted files and licences that are not allowed",
    "update-text": "write the text of a pull request that updates the dependencies",
    "check": "check the configuration and the lock without building anything",
    "doctor": "find what is wrong before it hurts, each with its cause and cure",
    "engine": "install and start a container engine here (Debian and Ubuntu, as root)",
    "bench": "measure size, build time and cold start against the usual ways",
}

# A disk without room is no bug, wherever it is found.
_FULL = {errno.ENOSPC, errno.EDQUOT}


def main(argv: list[str]) -> int:
    # A cancelled CI job sends SIGTERM: like Ctrl-C, it shall leave no containers, and no alias half-way. A shell
    # starts what runs in its background with Ctrl-C ignored; who sends it by `kill -INT` means it all the same.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    begin(Invocation.of(sys.argv, os.environ))
    try:
        arguments = _parser(argv).parse_args(argv)
        code: int = _command(arguments.command).run(arguments)
    except PipelineError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        if not _stopped_reading():
            raise
        return 128 + signal.SIGPIPE
    except OSError as error:
        if error.errno not in _FULL:
            raise
        print(
            f"{error.filename or 'a file'}: {error.strerror}\n    do:    make room, then run it again", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        print("interrupted; a rerun continues where this one stopped", file=sys.stderr)
        return 130
    return code


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


def _parser(argv: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=MODULE,
        description="Builds AWS Lambda layers for Python inside the Lambda runtime image, proves them there, and "
        f"ships them. What a command does and takes: `{command('layer', '--help')}`.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--project",
        type=Path,
        default=Path(os.environ.get(PROJECT_VARIABLE, "")),
        metavar="DIR",
        help=f"the folder with config/pipeline.yaml (default: {PROJECT_VARIABLE}, else here)",
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        # Only the command that was asked for is imported: the others would cost more than a run without changes.
        if name in argv:
            _command(name).add(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    return parser


def _command(name: str) -> Any:
    return importlib.import_module(f"deploy.commands.{name.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
