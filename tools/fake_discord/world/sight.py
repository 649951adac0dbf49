"""Who sees what: the visibility of every channel to every member, by Discord's own arithmetic."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations.shapes import channel_json, role_json
from tools.fake_discord.world.permissions import Permission, permissions_in, sees
from tools.fake_discord.world.state import CATEGORY, TYPE_NAMES

if TYPE_CHECKING:
    from tools.fake_discord.world.state import Channel, Guild, Member


class Sight(StrEnum):
    """What a channel is to a member: not there, there to read (or listen), or to write (or speak) in."""

    HIDDEN = "hidden"
    READS = "reads"
    WRITES = "writes"


def sight(guild: Guild, member: Member, channel: Channel) -> Sight:
    if not sees(guild, member, channel):
        return Sight.HIDDEN
    bits = permissions_in(guild, member, channel)
    writes = Permission.CONNECT | Permission.SPEAK if channel.is_voice else Permission.SEND_MESSAGES
    if channel.type == CATEGORY or bits & writes != writes:
        return Sight.READS
    return Sight.WRITES


def who_sees(guild: Guild, channel: Channel) -> dict[str, bool]:
    """Tell for every member, by name, whether the channel is in its list."""
    return {member.user.username: sees(guild, member, channel) for member in guild.members.values()}


def matrix(guild: Guild) -> dict[str, dict[str, Sight]]:
    """Return what every member makes of every channel; channels are named "Category/channel".

    Of several with the same name all but the first carry their id as well.
    """
    table: dict[str, dict[str, Sight]] = {}
    for channel in in_order(guild):
        name = title(guild, channel)
        key = f"{name} ({channel.id})" if name in table else name
        table[key] = {each.user.username: sight(guild, each, channel) for each in guild.members.values()}
    return table


def title(guild: Guild, channel: Channel) -> str:
    """Return the name of a channel with that of its category."""
    return f"{guild.channels[channel.parent_id].name}/{channel.name}" if channel.parent_id else channel.name


def in_order(guild: Guild) -> list[Channel]:
    """Return all channels as the client shows them: those without category first, voice below text."""

    def place(channel: Channel) -> tuple[Any, ...]:
        parent = guild.channels.get(channel.parent_id or "")
        top = channel if channel.type == CATEGORY else parent
        within = (channel.type != CATEGORY, channel.is_voice, channel.position, int(channel.id))
        return (top is not None, top.position if top else 0, int(top.id) if top else 0, *within)

    return sorted(guild.channels.values(), key=place)


def tree(guild: Guild, viewer: Member) -> list[str]:
    """Draw the channel list that a member sees, a line for each channel, with a lock on what @everyone cannot see."""
    return [_line(guild, channel) for channel in in_order(guild) if sees(guild, viewer, channel)]


def _line(guild: Guild, channel: Channel) -> str:
    indent = "  " if channel.parent_id else ""
    return f"{indent}{channel.name} ({TYPE_NAMES[channel.type]}{', private' if is_private(guild, channel) else ''})"


def is_private(guild: Guild, channel: Channel) -> bool:
    """Tell whether @everyone alone does not let one see it; the client draws a lock."""
    return any(each.id == guild.id and each.deny & Permission.VIEW_CHANNEL for each in channel.overwrites)


def snapshot(guild: Guild) -> dict[str, Any]:
    """Return the guild as JSON: channels with who sees them, roles, members."""
    return {
        "id": guild.id,
        "name": guild.name,
        "roles": [role_json(role) for role in sorted(guild.roles.values(), key=lambda each: each.rank, reverse=True)],
        "members": [
            {"id": each.user.id, "name": each.user.username, "bot": each.user.bot, "roles": sorted(each.roles, key=int)}
            for each in guild.members.values()
        ],
        "channels": [
            channel_json(channel, guild.id)
            | {
                "type_name": TYPE_NAMES[channel.type],
                "private": is_private(guild, channel),
                "sight": {each.user.username: sight(guild, each, channel) for each in guild.members.values()},
            }
            for channel in in_order(guild)
        ],
    }
