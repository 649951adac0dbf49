"""Which categories are campaigns of ours. There is no list of them but the server itself.

A campaign's category lets the bot manage it by an overwrite of its own, and has an overwrite of a role "… Members".
Nobody but the bot makes such a thing, so nothing else is ever deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.campaign_plan import SUFFIX
from channelwright.permissions import MANAGE_CHANNELS, SEND_MESSAGES, VIEW_CHANNEL
from channelwright.reply import StoppedError
from channelwright.server import CATEGORY, ROLE, key

if TYPE_CHECKING:
    from channelwright.server import Channel, Role, Server


@dataclass(frozen=True)
class Campaign:
    """A campaign as it is. `gms` are the ids and overwrite types of those who see it besides its players."""

    category: Channel
    role: Role
    channels: tuple[Channel, ...]
    gms: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        return self.category.name

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
    return Campaign(category, role, tuple(server.children(category)), seeing(server, category, role))


def campaign(server: Server, campaign_id: object) -> Campaign:
    """Return the campaign with this category; raise StoppedError if it is none of ours or out of sight."""
    category = server.channels.get(int(str(campaign_id)))
    if category is None:
        raise StoppedError(
            "I cannot see this category. If it is a campaign of mine, give me View Channel, Manage Channels and "
            "Connect in its permissions, and ask again."
        )
    found = recognised(server, category) if category.type == CATEGORY else None
    if found is None:
        raise StoppedError(
            f"{category.link} is not a campaign of mine, so I leave it alone. I know mine by the permissions that I "
            "and a “… Members” role have on the category. If it was one, `/campaign doctor` says what it lacks."
        )
    return found


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


def seeing(server: Server, channel: Channel, role: Role | None) -> tuple[tuple[int, int], ...]:
    """Return who may view a channel by an overwrite, besides everyone, the players and the bot."""
    known = {server.id, server.bot_id, role.id if role else 0}
    return tuple(
        (each.id, each.type) for each in channel.overwrites if each.id not in known and each.allow & VIEW_CHANNEL
    )
