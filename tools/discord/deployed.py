"""After a deploy to the local system: its Discord gets the commands, and the endpoint, which it tries."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.configuration import load
from deploy.local.companion import VARIABLE
from tools.discord import application, registration
from tools.discord.api import Discord

if TYPE_CHECKING:
    from tools.discord.application import Described


def run(described: Described) -> int:
    wanted = application.read(load(Path(), os.environ), described.line)
    discord = Discord.from_environment(os.environ)
    outputs: dict[str, str] = json.loads(os.environ[VARIABLE])["outputs"]
    url = outputs.get(described.endpoint or "")
    registration.plan(discord, wanted, None, url, os.environ).apply(discord)
    print(f"{len(wanted.commands)} commands are registered, and the endpoint answered Discord's own trials")
    return 0
