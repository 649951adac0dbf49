"""`python -m tools.local_discord serve|play|command`: the companion of `nox -s local`."""

from __future__ import annotations

import argparse
import sys

from tools.local_discord import command, scenario, server
from tools.local_discord.client import Door, NotPossibleError


def main(arguments: list[str]) -> int:
    words = _parser().parse_args(arguments)
    if words.verb == "serve":
        server.serve(words.stage, words.port)
        return 0
    door = Door.from_environment()
    try:
        return scenario.play(door) if words.verb == "play" else command.play(door, words.line, words.rest)
    except NotPossibleError as error:
        print(f"Discord's client would not let them: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_discord", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve", help="start the fake Discord, and serve until stdin ends")
    serve.add_argument("--stage", required=True, help="whose SSM parameter holds the bot's token")
    serve.add_argument("--port", type=int, default=0, help="0 takes a free one")
    verbs.add_parser("play", help="play a game master, and see that all is as it should be")
    command = verbs.add_parser("command", help="play a single command")
    command.add_argument("line", help='such as add-campaign, or "campaign list"')
    command.add_argument("rest", nargs=argparse.REMAINDER, help="its options: --name X --gm alice; --as says who")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
