"""Print what Discord is told about this bot, as JSON: its commands in every language, and the permissions it asks for.

python -m tools.discord_application
"""

from __future__ import annotations

import json

from channelwright.endpoint.commands import TABLE
from channelwright.permission_bits import INVITED
from tools.command_locales import localized


def main() -> None:
    print(json.dumps({"commands": localized(TABLE), "permissions": str(INVITED)}))


if __name__ == "__main__":
    main()
