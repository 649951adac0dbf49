"""Run the fake as a process: `python -m tests.fake_discord` prints one line of JSON, and serves until killed."""

from __future__ import annotations

import argparse
import json
import signal
import threading

from .fake import FakeDiscord
from .opening import Opening


def main() -> None:
    """Serve. The line that is printed holds the addresses and keys; SIGTERM and Ctrl-C end it."""
    options = _options()
    opening = Opening(community=options.community, forums=options.forums)
    seed = options.key_seed.encode() if options.key_seed else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with FakeDiscord(opening, key_seed=seed).serving(options.port) as fake:
        if options.endpoint:
            fake.send_interactions_to(options.endpoint)
        print(json.dumps(_introduction(fake)), flush=True)
        stop.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fake_discord", description="A faithful fake Discord on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--endpoint", help="where the bot takes interactions")
    parser.add_argument(
        "--community", action="store_true", help="a Community server: announcements, stages, protected channels"
    )
    parser.add_argument("--forums", choices=("allowed", "50024", "50035"), default="allowed")
    parser.add_argument("--key-seed", help="for a key pair that is the same each time")
    return parser.parse_args()


def _introduction(fake: FakeDiscord) -> dict[str, object]:
    return {
        "url": fake.url,
        "api": fake.api,
        "application_id": fake.application.id,
        "bot_token": fake.application.token,
        "public_key": fake.public_key,
        "guild_id": fake.guild_id,
        "members": {each.user.username: each.user.id for each in fake.guild.members.values()},
        "checks_openapi": fake.checks_openapi,
    }


main()
