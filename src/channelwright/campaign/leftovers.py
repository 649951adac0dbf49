"""What is left of campaigns whose category somebody deleted: Discord keeps the channels, without a parent.

https://docs.discord.com/developers/resources/channel#deleteclose-channel
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.campaign import note
from channelwright.campaign.campaign_state import is_left
from channelwright.campaign.campaigns import is_kept
from channelwright.campaign.plan import SUFFIX
from channelwright.discord.server import CATEGORY
from channelwright.permission_bits import VIEW_CHANNEL

if TYPE_CHECKING:
    from channelwright.campaign.note import Note
    from channelwright.discord.discord_api import Discord
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server

MOST_READ = 10


@dataclass(frozen=True)
class Leftover:
    """A note whose category is gone, the channels that it names and that are in no category, and the players' role."""

    note: Note
    channels: tuple[Channel, ...]
    role: Role | None


def leftovers(discord: Discord, server: Server, since: int | None = None) -> list[Leftover]:
    """Look through channels of the bot's that are in no category, for notes on categories that are gone.

    With `since`, also those in categories that were made after it: a delivery before may have begun to put them there.
    """
    loose = [each for each in server.channels.values() if each.type != CATEGORY and _is_loose(each, since)]
    places = [each for each in loose if each.type in note.WRITABLE and is_kept(server, each)]
    notes = {
        written.note.category_id: written.note
        for channel in _likely(server, places)[:MOST_READ]
        for written in note.in_channel(discord, server, channel)
    }
    return [_leftover(server, each, since) for each in notes.values() if each.category_id not in server.channels]


def _likely(server: Server, places: list[Channel]) -> list[Channel]:
    """Put those first in which a note is: of each campaign the oldest channel that players do not see, and so on.

    What nobody ever wrote in holds no note. Where the players' role is gone, all look as if they did not see them.
    """
    groups: dict[int, list[Channel]] = {}
    for each in sorted(places, key=lambda each: each.id):
        if not each.is_empty:
            groups.setdefault(_players(server, each), []).append(each)
    turns = [
        (at, channel)
        for role, group in groups.items()
        for at, channel in enumerate(sorted(group, key=lambda each: each.allows(role, VIEW_CHANNEL)))
    ]
    return [channel for _, channel in sorted(turns, key=lambda each: (each[0], each[1].id))]


def _players(server: Server, channel: Channel) -> int:
    """Return the players' role of a channel, 0 where there is none any more."""
    roles = [server.roles.get(each.id) for each in channel.overwrites]
    return next((role.id for role in roles if role and role.name.endswith(SUFFIX)), 0)


def _is_loose(channel: Channel, since: int | None) -> bool:
    return channel.parent_id is None or (since is not None and channel.parent_id > since)


def _leftover(server: Server, noted: Note, since: int | None) -> Leftover:
    named = [each for id_ in noted.channels if (each := server.channels.get(id_ or 0))]
    left = tuple(each for each in named if _is_loose(each, since) and is_left(server, noted, each))
    return Leftover(noted, left, server.roles.get(noted.role_id))
