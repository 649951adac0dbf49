"""Print what Discord is told about this bot, as JSON: its commands, and the permissions that it asks for.

    python -m tools.discord_application config/campaign_channels.yaml

The commands are the bot's own table; only the names of the templates are filled in, since the bot has no YAML.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from channelwright.campaign import templates
from channelwright.endpoint.commands import TABLE
from channelwright.permission_bits import INVITED
from tools.command_locales import localized


def main(arguments: list[str]) -> None:
    names = list(templates.load(Path(arguments[0])))
    print(json.dumps({"commands": commands(names), "permissions": str(INVITED)}))


def commands(template_names: list[str]) -> list[dict[str, Any]]:
    """Return the table, in every language, with these templates to choose from."""
    table = localized(TABLE)
    for command in table:
        for option in command["options"]:
            if option["name"] == "template":
                option["choices"] = [{"name": name, "value": name} for name in template_names]
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
