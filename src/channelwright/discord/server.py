"""A Discord server as the bot sees it at one moment. It is the only record of which campaigns there are.

Since 2026-11-16 Discord leaves out of the list every channel that the bot cannot view.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from channelwright.discord.discord_api import RefusedError
from channelwright.discord.permissions import Overwrite, Role, in_guild
from channelwright.discord.text import plain
from channelwright.permission_bits import MANAGE_ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from channelwright.discord.discord_api import Discord

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json: 30013, 30005 and 30038
MAX_CHANNELS, MAX_ROLES, MAX_IN_CATEGORY, MAX_EVENTS = 500, 250, 50, 100
# Where the names of channels take more than so many characters, links alone stand in a message, and so all of them.
MOST_NAMED = 1000
TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM = 0, 2, 4, 5, 13, 15
THREADS = frozenset({10, 11, 12})


@dataclass(frozen=True)
class Channel:
    """A channel or a category. `is_empty` is True as long as nobody ever wrote in it."""

    id: int
    type: int
    name: str
    position: int
    parent_id: int | None
    overwrites: tuple[Overwrite, ...]
    is_empty: bool

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Channel:
        return cls(
            int(raw["id"]),
            raw["type"],
            raw["name"],
            raw["position"],
            int(raw["parent_id"]) if raw.get("parent_id") else None,
            tuple(sorted(map(Overwrite.from_json, raw.get("permission_overwrites", ())))),
            raw.get("last_message_id") is None,
        )

    @property
    def key(self) -> str:
        return key(self.name, self.type)

    @property
    def link(self) -> str:
        return f"<#{self.id}>"

    @property
    def named(self) -> str:
        """Return the link with the name beside it: to who cannot see a channel, Discord does not show what it is."""
        return f"{self.link} ({self.shown})"

    @property
    def shown(self) -> str:
        """Return the name for a message."""
        return plain(self.name)

    def overwrite(self, target: int) -> Overwrite | None:
        return next((each for each in self.overwrites if each.id == target), None)

    def allows(self, target: int, bits: int) -> bool:
        """Tell whether an overwrite of this role or member allows all of these bits."""
        own = self.overwrite(target)
        return own is not None and own.allow & bits == bits


@dataclass(frozen=True)
class Server:
    """Roles and channels by id. `bits` are the bot's own guild-wide permissions, `rank` is its highest role's."""

    id: int
    bot_id: int
    roles: Mapping[int, Role]
    channels: Mapping[int, Channel]
    bits: int
    rank: tuple[int, int] = (0, 0)

    @classmethod
    def seen(cls, discord: Discord, guild_id: str, *, rights: bool = True) -> Server:
        """Look at the server; two calls, one more for the bot's own rights, one for its id once in a process."""
        bot_id = discord.bot_id()
        member = discord.get(f"/guilds/{guild_id}/members/{bot_id}") if rights else {"roles": ()}
        own = set(map(int, member["roles"]))
        roles = {role.id: role for role in map(Role.from_json, discord.get(f"/guilds/{guild_id}/roles"))}
        held = [role for role in roles.values() if role.id in own]
        bits = in_guild(roles[int(guild_id)], held)
        rank = max((role.rank for role in held), default=(0, 0))
        return cls(int(guild_id), bot_id, roles, listed(discord, guild_id), bits, rank)

    def with_channels(self, channels: Mapping[int, Channel]) -> Server:
        return replace(self, channels=channels)

    @property
    def grantable(self) -> int:
        """The bits that the bot may put into overwrites: its own, never Manage Roles.

        https://docs.discord.com/developers/resources/guild#create-guild-channel
        """
        return self.bits & ~MANAGE_ROLES

    @cached_property
    def categories(self) -> list[Channel]:
        return sorted((each for each in self.channels.values() if each.type == CATEGORY), key=lambda each: each.id)

    def children(self, category: Channel) -> list[Channel]:
        """Return the channels of a category, the oldest first."""
        return sorted((each for each in self.channels.values() if each.parent_id == category.id), key=lambda c: c.id)


def each_on_a_line(channels: Collection[Channel]) -> list[str]:
    """Return a line for each channel, with the name beside the link if there is room for all names."""
    named = [f"- {each.named}" for each in channels]
    return named if sum(map(len, named)) <= MOST_NAMED else [f"- {each.link}" for each in channels]


def listed(discord: Discord, guild_id: str) -> dict[int, Channel]:
    """Return the channels that the bot can view; one call."""
    return {each.id: each for each in map(Channel.from_json, discord.get(f"/guilds/{guild_id}/channels"))}


def thread_parent(discord: Discord, channel_id: int) -> int | None:
    """Return the channel that a thread is in, None for what is none or out of sight: no list of channels has them."""
    try:
        raw = discord.get(f"/channels/{channel_id}")
    except RefusedError:
        return None
    return int(raw["parent_id"]) if raw["type"] in THREADS else None


def key(name: str, kind: int) -> str:
    """Return what is equal for two names that Discord may have made of one, or that people take for one.

    Text channels and forums are stored in lower case with hyphens and without punctuation, voice channels and
    categories as sent but for white space. Neither is documented, so that comparing is safer than predicting.
    """
    text = "".join(each for each in name if unicodedata.category(each) != "Cf")  # what nobody sees
    text = unicodedata.normalize("NFKC", text).casefold()
    if kind in {VOICE, STAGE, CATEGORY}:
        return " ".join(text.split())
    kept = "".join(each for each in text if each.isalnum() or each in "-_ \t" or ord(each) > 127)
    return re.sub(r"[\s-]+", "-", kept).strip("-")
