"""What is left of campaigns whose category somebody deleted: Discord keeps the channels, without a parent.

https://docs.discord.com/developers/resources/channel#deleteclose-channel
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.campaign import note
from channelwright.campaign.campaigns import is_kept
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

    @property
    def gms(self) -> set[tuple[int, int]]:
        """Return who sees a channel that the players do not see, or else any, by an overwrite of their own."""
        known = {self.note.role_id}
        hidden = [each for each in self.channels if not each.allows(self.note.role_id, VIEW_CHANNEL)]
        return {
            (each.id, each.type)
            for channel in hidden or self.channels
            for each in channel.overwrites
            if each.allow & VIEW_CHANNEL and each.id not in known
        }


def leftovers(discord: Discord, server: Server, since: int | None = None) -> list[Leftover]:
    """Look through channels of the bot's that are in no category, for notes on categories that are gone.

    With `since`, also those in categories that were made after it: a delivery before may have begun to put them there.
    """
    loose = [each for each in server.channels.values() if each.type != CATEGORY and _is_loose(each, since)]
    places = [each for each in loose if each.type in note.WRITABLE and is_kept(server, each)]
    notes = {
        written.note.category_id: written.note
        for channel in sorted(places, key=lambda each: each.id)[:MOST_READ]
        for written in note.in_channel(discord, server, channel)
    }
    return [_leftover(server, each, since) for each in notes.values() if each.category_id not in server.channels]


def _is_loose(channel: Channel, since: int | None) -> bool:
    return channel.parent_id is None or (since is not None and channel.parent_id > since)


def _leftover(server: Server, noted: Note, since: int | None) -> Leftover:
    named = [each for id_ in noted.channels if (each := server.channels.get(id_ or 0))]
    return Leftover(noted, tuple(each for each in named if _is_loose(each, since)), server.roles.get(noted.role_id))
