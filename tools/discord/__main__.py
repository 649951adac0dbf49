"""`python -m tools.discord … command register|doctor|deployed`: the bot's part of the pipeline, as its extension.

`deploy/extensions.py` says when the pipeline calls which.
"""

from __future__ import annotations

import argparse
import sys

from deploy.__main__ import guarded
from tools.discord import deployed, doctor, register
from tools.discord.application import Described


def main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    described = Described(given.application, given.endpoint)
    match given.verb:
        case "command":
            return guarded(lambda: register.run(described, given.words))
        case "doctor":
            return guarded(lambda: doctor.run(described))
        case _:
            return guarded(lambda: deployed.run(described))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools.discord", description=__doc__)
    parser.add_argument("--application", required=True, help="the module that prints the commands, with its arguments")
    parser.add_argument("--endpoint", metavar="OUTPUT", help="the stack's output that is the URL for interactions")
    verbs = parser.add_subparsers(dest="verb", required=True)
    command = verbs.add_parser("command", help="run a command, as somebody types it", add_help=False)
    command.add_argument("name", choices=["register"])
    command.add_argument("words", nargs=argparse.REMAINDER)
    verbs.add_parser("doctor", help="look at what Discord was told, and what the bot may")
    verbs.add_parser("deployed", help="register with the local system's Discord")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
