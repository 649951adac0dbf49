from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from channelwright.campaign.templates import load
from channelwright.endpoint.commands import TABLE
from channelwright.permission_bits import INVITED
from deploy.configuration import load as load_settings
from tools.command_locales import localized
from tools.discord import difference
from tools.discord.application import read
from tools.discord_application import commands
from tools.fake_discord.validator.command_form import check_commands

PROJECT = Path(__file__).parents[2]
LINE = "tools.discord_application config/campaign_channels.yaml"


def test_discord_is_told_the_bot_s_own_table_with_the_templates_to_choose_from() -> None:
    application = read(load_settings(PROJECT, os.environ), LINE)
    names = list(load(PROJECT / "config/campaign_channels.yaml"))
    assert application.commands == tuple(commands(names))
    [template] = [each for each in application.commands[0]["options"] if each["name"] == "template"]
    assert template.pop("choices") == [{"name": name, "value": name} for name in names]
    assert application.commands == tuple(localized(TABLE))
    assert difference.plain(_in_english(list(application.commands))) == difference.plain(list(TABLE))


def _in_english(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _in_english(value) for key, value in part.items() if not key.endswith("_localizations")}
    return [_in_english(each) for each in part] if isinstance(part, list) else part


def test_discord_takes_the_table_even_with_as_many_templates_as_there_may_be() -> None:
    check_commands(commands(["default", *(f"{at:020}" for at in range(24))]))


def test_the_invitation_asks_for_what_the_bot_needs_and_hands_out_and_not_for_administrator() -> None:
    permissions = read(load_settings(PROJECT, os.environ), LINE).permissions
    assert permissions == INVITED == 2269720857537872
    assert not permissions & 0x8
