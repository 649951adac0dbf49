"""Who may see what: the overwrites of a campaign's channels.

The bot is always among them. A category without it would be out of its sight for good: neither to be repaired nor to
be deleted, https://docs.discord.com/developers/resources/channel#channel-object-channel-types.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channelwright.discord.permissions import MEMBER, ROLE, Overwrite
from channelwright.permission_bits import (
    ALL,
    CONNECT,
    MANAGE_CHANNELS,
    PLAYING,
    READ_MESSAGE_HISTORY,
    RUNNING,
    SEND_MESSAGES,
    TALKING,
    VIEW_CHANNEL,
    WRITING,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from channelwright.campaign.templates import Players
    from channelwright.discord.discord_api import Discord
    from channelwright.discord.server import Channel

# A voice channel is out of reach for a bot that may not connect to it, even one that manages channels.
KEEPING = VIEW_CHANNEL | MANAGE_CHANNELS | CONNECT
# https://docs.discord.com/developers/resources/guild#create-guild-channel, by Discord's own description of it
MOST_AT_FIRST = 100
# For its note, also where everyone only reads; campaigns of earlier versions do without.
NOTING = SEND_MESSAGES | READ_MESSAGE_HISTORY


@dataclass(frozen=True)
class Parties:
    """Everybody whom a campaign's channels know. `grantable` are the bits that the bot may give and take."""

    everyone: int
    role: int
    gms: tuple[tuple[int, int], ...]  # id and type of an overwrite
    bot: int
    grantable: int
    archived: bool = False

    def overwrites(self, players: Players = "write") -> tuple[Overwrite, ...]:
        """Return what a channel is made with. The category and all channels in which players write have the same."""
        seeing = VIEW_CHANNEL | PLAYING & self.grantable
        gms = [Overwrite(id_, kind, seeing | RUNNING & self.grantable) for id_, kind in self.gms if id_ != self.bot]
        everyone = Overwrite(self.everyone, ROLE, 0, VIEW_CHANNEL)
        bot = Overwrite(self.bot, MEMBER, KEEPING | NOTING & self.grantable)
        return tuple(sorted([everyone, self._players(players), *gms, bot]))

    def at_first(self, players: Players = "write") -> list[Overwrite]:
        """Return as many of them as a channel can be made with; what is left out, a look at it finds missing."""
        keeping = {self.everyone, self.role, self.bot}
        return sorted(self.overwrites(players), key=lambda each: each.id not in keeping)[:MOST_AT_FIRST]

    def _players(self, players: Players) -> Overwrite:
        if players == "none":  # said although everyone is denied, for the day when somebody allows everyone
            return Overwrite(self.role, ROLE, 0, VIEW_CHANNEL)
        denied = self.grantable & (TALKING if players == "read" else WRITING if self.archived else 0)
        return Overwrite(self.role, ROLE, (VIEW_CHANNEL | PLAYING & self.grantable) & ~denied, denied)

    def _matters(self, target: int) -> int:
        """Return the bits in which a difference is a fault; in others, servers may please themselves."""
        if target == self.bot:
            return KEEPING
        return VIEW_CHANNEL | SEND_MESSAGES & self.grantable if target == self.role else VIEW_CHANNEL

    def drifted(
        self, channel: Channel, players: Players = "write", *, kept: bool = False, most: int = ALL
    ) -> list[Overwrite]:
        """Return the overwrites that a channel should have and does not, with what else they held kept.

        Of one that is `kept` as somebody changed it, only those without which it would be unsafe, or out of reach.
        Players and GMs get no more than `most`, and in a channel of which the asker sees nothing, nothing.
        """
        return [
            self._mended(channel.overwrite(wanted.id), wanted)
            for wanted in self._limited(self.overwrites(players), most)
            if (not kept or wanted.id in {self.everyone, self.bot})
            and self._differs(channel.overwrite(wanted.id), wanted)
        ]

    def _limited(self, overwrites: Iterable[Overwrite], most: int) -> Iterator[Overwrite]:
        for each in overwrites:
            if each.id in {self.everyone, self.bot} or most & VIEW_CHANNEL or not each.allow:
                yield each if each.id in {self.everyone, self.bot} else replace(each, allow=each.allow & most)

    def _differs(self, there: Overwrite | None, wanted: Overwrite) -> bool:
        bits = self._matters(wanted.id)
        if there is None:
            return True
        # To be allowed to write may come from elsewhere; to be kept from it is what an archive is about.
        allowed = bits & ~SEND_MESSAGES
        return (there.allow ^ wanted.allow) & allowed != 0 or (there.deny ^ wanted.deny) & bits != 0

    def _mended(self, there: Overwrite | None, wanted: Overwrite) -> Overwrite:
        if there is None:
            return wanted
        allow = (wanted.allow | there.allow & self.grantable & ~WRITING) & ~wanted.deny
        deny = (wanted.deny | there.deny & self.grantable & ~WRITING) & ~wanted.allow
        return Overwrite(wanted.id, wanted.type, allow, deny)


def put(discord: Discord, channel: Channel, overwrite: Overwrite) -> None:
    """Set one overwrite; those of others, which may hold bits that the bot lacks, stay as they are."""
    body = overwrite.to_json()
    discord.put(f"/channels/{channel.id}/permissions/{body.pop('id')}", body)
