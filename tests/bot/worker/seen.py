"""What people see of a server and read of the bot, with names in place of ids, so that two servers can be compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bot.lab import Lab
    from tools.fake_discord import Channel


def head(text: str) -> str:
    return re.split(r"[.:\n]", text)[0]


def said(lab: Lab) -> list[str]:
    """Return what the bot wrote for all to read, with names in place of ids."""
    return [named(lab, each.content) for each in lab.fake.messages if each.only_for is None]


def server(lab: Lab) -> tuple[list[Any], ...]:
    guild, names = lab.fake.guild, _names(lab)
    channels = [
        (each.name, each.type, names.get(each.parent_id or "", ""), _overwrites(each, names))
        for each in guild.channels.values()
    ]
    roles = [(each.name, each.permissions) for each in guild.roles.values()]
    members = [(each.user.username, sorted(names[role] for role in each.roles)) for each in guild.members.values()]
    events = [each.name for each in lab.fake.world.events.values()]
    return tuple(sorted(each) for each in (channels, roles, members, said(lab), events))


def _overwrites(channel: Channel, names: dict[str, str]) -> list[tuple[str, int, int]]:
    return sorted((names[each.id], each.allow, each.deny) for each in channel.overwrites)


def _names(lab: Lab) -> dict[str, str]:
    guild = lab.fake.guild
    people = {each.user.id: each.user.username for each in guild.members.values()}
    channels = {each.id: each.name for each in guild.channels.values()}
    return people | channels | {each.id: each.name for each in guild.roles.values()}


def named(lab: Lab, text: str) -> str:
    names = _names(lab)
    return re.sub("[0-9]{9,20}", lambda found: names.get(found[0], "#"), text)
