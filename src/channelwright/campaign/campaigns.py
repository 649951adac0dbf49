"""Which categories are campaigns of ours. There is no list of them but the server itself.

A campaign's category lets the bot manage it by an overwrite of its own, and has an overwrite of a role "… Members".
Nobody but the bot makes such a thing, so nothing else is ever deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.campaign.plan import SUFFIX
from channelwright.discord.permissions import ROLE
from channelwright.discord.server import CATEGORY, key
from channelwright.permission_bits import MANAGE_CHANNELS, PLAYING, SEND_MESSAGES, VIEW_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


@dataclass(frozen=True)
class Campaign:
    """A campaign as it is. `gms` are the ids and overwrite types of those who see it besides its players."""

    category: Channel
    role: Role
    channels: tuple[Channel, ...]
    gms: tuple[tuple[int, int], ...]

    @property
    def shown(self) -> str:
        """Return the name for a message."""
        return self.category.shown

    @property
    def archived(self) -> bool:
        own = self.category.overwrite(self.role.id)
        return own is not None and bool(own.deny & SEND_MESSAGES)


def campaigns(server: Server) -> list[Campaign]:
    """Return the campaigns of a server, the oldest first."""
    return [each for each in (recognised(server, category) for category in server.categories) if each]


def recognised(server: Server, category: Channel) -> Campaign | None:
    role = role_of(server, category)
    if role is None or not is_kept(server, category):
        return None
    return of(server, category, role)


def of(server: Server, category: Channel, role: Role) -> Campaign:
    """Describe a category and its channels as the campaign of a role."""
    return Campaign(category, role, tuple(server.children(category)), gms(server, category, role))


def is_kept(server: Server, channel: Channel) -> bool:
    """Tell whether the bot may manage a channel by an overwrite of its own, as in those it makes."""
    return channel.allows(server.bot_id, MANAGE_CHANNELS)


def role_of(server: Server, category: Channel) -> Role | None:
    """Return the players' role: named for the category, or else the only one that can be it."""
    ids = [each.id for each in category.overwrites if each.type == ROLE and each.id in server.roles]
    roles = [server.roles[each] for each in ids if server.roles[each].name.endswith(SUFFIX)]
    roles = [role for role in roles if not role.managed]
    named = [role for role in roles if key(role.name, CATEGORY) == key(category.name + SUFFIX, CATEGORY)]
    return (named or roles)[0] if len(roles) == 1 or len(named) == 1 else None


def gms(server: Server, category: Channel, role: Role) -> tuple[tuple[int, int], ...]:
    """Return who sees the category, and the channels in it that players do not see, by overwrites.

    Where players see all, who may write by the category: whoever is only shown it is a guest.
    """
    hidden = [each for each in server.children(category) if is_kept(server, each) and is_hidden(each, role)]
    inside = {each for channel in hidden for each in seeing(server, channel, role)}
    there = seeing(server, category, role)
    if hidden:
        return tuple(each for each in there if each in inside)
    return tuple(each for each in there if category.allows(each[0], SEND_MESSAGES)) or there


def is_hidden(channel: Channel, role: Role) -> bool:
    return not channel.allows(role.id, VIEW_CHANNEL)


def seeing(server: Server, channel: Channel, role: Role | None) -> tuple[tuple[int, int], ...]:
    """Return who may view a channel by an overwrite, besides everyone, the players and the bot."""
    known = {server.id, server.bot_id, role.id if role else 0}
    return tuple(
        (each.id, each.type) for each in channel.overwrites if each.id not in known and each.allow & VIEW_CHANNEL
    )


def let_in(server: Server, channels: Sequence[Channel], role: Role | None) -> set[tuple[int, int]]:
    """Return who may do in each of some channels what the bot lets a GM do: by hand people are mostly shown one."""
    given = VIEW_CHANNEL | PLAYING & server.grantable
    inside = [
        {each for each in seeing(server, channel, role) if channel.allows(each[0], given)} for channel in channels
    ]
    return set.intersection(*inside) if inside else set()
