"""Tell Discord the application's commands, and where its interactions go.

The whole table is replaced in one call, after what changes was shown; a rerun changes nothing. With --guild the
commands are that server's alone and can be used at once; without, they are for all servers. Commands that would be
there twice are taken out of the other scope.

DISCORD_BOT_TOKEN comes from the environment, .env.STAGE or .env; `.env.example` says what there is.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.configuration import load
from deploy.console import Console
from deploy.errors import ConfigError, Fault
from deploy.invocation import MODULE
from deploy.local_secrets import with_secrets
from tools.discord import application, endpoint, registration
from tools.discord.api import Discord
from tools.discord.errors import DiscordError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.discord.application import Described

FROM_STACK = "the stack's"


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{MODULE} register", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, help="a stage of config/pipeline.yaml; decides which .env is read")
    parser.add_argument("--guild", metavar="ID", help="for this server alone, at once; good for trying")
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        nargs="?",
        const=FROM_STACK,
        help="send interactions to this URL; without one, to the one of the stage's stack (which asks AWS)",
    )
    parser.add_argument("--plan", action="store_true", help="say what would be done, and stop")
    parser.add_argument("--yes", action="store_true", help="do not ask before commands are removed")
    return parser


def run(described: Described, words: Sequence[str]) -> int:
    """Do it for the project in this folder; `words` are what was typed after the command's name."""
    arguments = parser().parse_args(words)
    console = Console()
    settings = load(Path(), os.environ)
    stage = settings.stage(arguments.stage)
    _check(arguments)
    wanted = application.read(settings, described.line)
    environment = with_secrets(os.environ, settings.project, stage.name)
    discord = Discord.from_environment(environment)
    url = endpoint.of_stack(stage, described.endpoint) if arguments.endpoint == FROM_STACK else arguments.endpoint
    planned = registration.plan(discord, wanted, arguments.guild, url, environment)
    console.say(f"stage {stage.name}: application {planned.name} ({planned.application_id})")
    for line in planned.lines():
        console.say(line)
    if arguments.plan:
        console.say("nothing was changed; without --plan it is done")
    elif planned.removed and not (arguments.yes or _confirmed(planned.removed)):
        raise DiscordError(
            [Fault(each, "would be removed", cure="confirm it, or add --yes") for each in planned.removed]
        )
    else:
        planned.apply(discord)
        console.say(f"{len(wanted.commands)} commands are registered")
    console.say(f"invite: {application.invitation(planned.application_id, wanted.permissions)}")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    faults = []
    if arguments.guild and not re.fullmatch("[0-9]{1,20}", arguments.guild):
        faults.append(Fault(f"--guild {arguments.guild}", "is no id: 17 to 20 digits, by `Copy Server ID` in Discord"))
    if arguments.endpoint not in {None, FROM_STACK} and not re.fullmatch(r"https?://\S+", arguments.endpoint):
        faults.append(Fault(f"--endpoint {arguments.endpoint}", "is no URL"))
    if faults:
        raise ConfigError(faults)


def _confirmed(removed: Sequence[str]) -> bool:
    """Ask a person, where there is one. A run in CI that may take something away is given --yes on purpose."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input(f"{', '.join(removed)}: removed. Go on? [y/N] ").strip().lower() == "y"
