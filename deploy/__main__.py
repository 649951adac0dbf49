"""`python -m deploy COMMAND`: parses, loads one command, turns a refusal into a message and an exit code.

Exit codes: 0 done, or nothing to do; 1 the run was refused, with every reason on stderr; 2 wrong usage. A bug
keeps its traceback.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from pathlib import Path

from deploy import __version__
from deploy.errors import PipelineError

COMMANDS = {
    "layer": "build the layers inside the Lambda runtime image and prove that they work there",
    "deploy": "publish what changed and roll it out to a stage",
    "register": "tell Discord the application's commands, and where its interactions go",
    "lock": "lock requirements.in to versions and hashes that fit the runtime",
    "check": "check the configuration and the lock without building anything",
    "doctor": "find what is wrong before it hurts, each with its cause and cure",
    "engine": "install and start a container engine here (Debian and Ubuntu, as root)",
    "bench": "measure size, build time and cold start against the usual ways",
}


def main(argv: list[str]) -> int:
    # A cancelled CI job sends SIGTERM: like Ctrl-C, it shall leave no containers, and no alias half-way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        arguments = _parser(argv).parse_args(argv)
        code: int = importlib.import_module(f"deploy.commands.{arguments.command}").run(arguments)
    except PipelineError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; a rerun continues where this one stopped", file=sys.stderr)
        return 130
    return code


def _parser(argv: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy",
        description="Builds AWS Lambda layers for Python inside the Lambda runtime image, proves them there, and "
        "ships them. Each command is a nox session too: `nox -s layer -- --help`.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--project",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder with config/pipeline.yaml (default: here)",
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        # Only the command that was asked for is imported: the others would cost more than a run without changes.
        if name in argv:
            importlib.import_module(f"deploy.commands.{name}").add(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
