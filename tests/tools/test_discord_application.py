from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from channelwright.endpoint.commands import TABLE
from channelwright.permission_bits import INVITED
from deploy.configuration import load as load_settings
from tools.command_locales import localized
from tools.discord.application import read

PROJECT = Path(__file__).parents[2]
LINE = "tools.discord_application"


def test_discord_is_told_the_bot_s_own_table_in_every_language() -> None:
    application = read(load_settings(PROJECT, os.environ), LINE)
    assert application.commands == tuple(localized(TABLE))
    assert _in_english(list(application.commands)) == list(TABLE)


def _in_english(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _in_english(value) for key, value in part.items() if not key.endswith("_localizations")}
    return [_in_english(each) for each in part] if isinstance(part, list) else part


def test_the_invitation_asks_for_what_the_bot_needs_and_hands_out_and_not_for_administrator() -> None:
    permissions = read(load_settings(PROJECT, os.environ), LINE).permissions
    assert permissions == INVITED == 6773320484908368
    assert not permissions & 0x8
