"""A fake Discord on 127.0.0.1, with a page to look at it: `python -m tools.fake_discord --page`.

It prints its addresses and keys, and serves until Ctrl-C or SIGTERM: one line of JSON for programs, or, with --page,
sentences for people. In a browser its address shows the simulated server as each of its members would see it, with
their commands and buttons to use, and logs every HTTP exchange with the bot.

A bot is brought to it in two steps, with what is printed:

  1. It is started with the public key, and with the API's address in place of Discord's (DISCORD_PUBLIC_KEY and
     DISCORD_API for the one of this project).
  2. Its commands are registered, and where it takes interactions: for the one of this project
       DISCORD_API=… DISCORD_BOT_TOKEN=… python -m deploy register --stage dev --guild … --endpoint URL
     The fake tries the URL first, as Discord does. --endpoint at its own start takes one untried.

Scripts ask and do the rest under /_fake/, as told at the top of tools/fake_discord/page/control.py:

  curl $URL/_fake/violations
  curl $URL/_fake/command -d '{"as": "gm", "line": "add-campaign", "options": {"name": "Curse of Strahd"}}'
  curl $URL/_fake/faults -d '{"operation": "create_guild_channel", "fault": "refused", "with": {"code": 50013}}'
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import webbrowser

from tools.fake_discord.fake import FakeDiscord
from tools.fake_discord.world.opening import Opening


def main() -> None:
    """Serve; SIGTERM and Ctrl-C end it."""
    options = _options()
    opening = Opening(community=options.community, forums=options.forums)
    seed = options.key_seed.encode() if options.key_seed else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with FakeDiscord(opening, key_seed=seed).serving(options.port) as fake:
            if options.endpoint:
                fake.send_interactions_to(options.endpoint)
            _introduce(fake, page=options.page)
            stop.wait()
    except OSError as error:
        sys.exit(f"Cannot serve on 127.0.0.1:{options.port}: {error.strerror}. --port 0 takes a free port.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.fake_discord",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--page", action="store_true", help="speak to people, and open the page where there is a screen"
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--endpoint", metavar="URL", help="where the bot takes interactions")
    parser.add_argument(
        "--community", action="store_true", help="a Community server: announcements, stages, protected channels"
    )
    parser.add_argument(
        "--forums",
        choices=("allowed", "50024", "50035"),
        default="allowed",
        help="whether forums can be made, or the code that Discord refuses them with",
    )
    parser.add_argument("--key-seed", metavar="WORD", help="for a key pair that is the same each time")
    return parser.parse_args()


def _introduce(fake: FakeDiscord, *, page: bool) -> None:
    told = _introduction(fake)
    if not page:
        print(json.dumps(told), flush=True)
        return
    print(f"The simulated server is at {fake.url}/ until Ctrl-C.\n")
    for name, value in told.items():
        print(f"  {name:<15} {', '.join(value) if isinstance(value, dict) else value}")
    register = f"DISCORD_API={fake.api} DISCORD_BOT_TOKEN={fake.application.token} python -m deploy register"
    print(
        f"\nIts members have commands once a bot has registered some:\n  {register} --stage dev --guild {fake.guild_id}"
    )
    print("--help says how they reach the bot.", flush=True)
    if sys.stdout.isatty() and (sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()):
        webbrowser.open(f"{fake.url}/")


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
