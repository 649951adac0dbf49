"""What a campaign consists of, before there is any of it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from channelwright.campaign.template_rules import TYPES
from channelwright.discord.server import CATEGORY, TEXT, VOICE, key
from channelwright.discord.text import plain

if TYPE_CHECKING:
    from channelwright.campaign import templates
    from channelwright.campaign.templates import Players
    from channelwright.discord.server import Channel

SUFFIX = " Members"
MAX_NAME = 100 - len(SUFFIX)
# What a server that has no such channels gets in their place; the summary says so.
FALLBACKS = {"forum": TEXT, "announcement": TEXT, "stage": VOICE}


@dataclass(frozen=True)
class Slot:
    """A channel to be. It is filled by a channel of its kind, or of the kind that servers get who have no such."""

    channel: templates.PlannedChannel

    @property
    def type(self) -> int:
        return TYPES[self.channel.type]

    @property
    def fallback(self) -> int | None:
        return FALLBACKS.get(self.channel.type)

    @property
    def players(self) -> Players:
        return self.channel.players

    @property
    def gm_only(self) -> bool:
        return self.channel.gm_only

    def fits(self, channel: Channel) -> bool:
        return channel.type in {self.type, self.fallback} and channel.key == key(self.channel.name, channel.type)


@dataclass(frozen=True)
class Plan:
    """A role, a category and channels, for one GM or more (id and type of their overwrites)."""

    name: str
    template: str
    slots: tuple[Slot, ...]
    gms: tuple[tuple[int, int], ...]

    @property
    def role_name(self) -> str:
        return f"{self.name[:MAX_NAME]}{SUFFIX}"

    @property
    def shown(self) -> str:
        """Return the name for a message."""
        return plain(self.name)

    @property
    def key(self) -> str:
        return key(self.name, CATEGORY)

    @property
    def digest(self) -> str:
        """Return a word for exactly these channels in this order."""
        channels = "\n".join(f"{slot.channel.name}:{slot.channel.type}:{slot.gm_only}" for slot in self.slots)
        return sha256(channels.encode()).hexdigest()[:8]

    @property
    def size(self) -> int:
        """How many things there are to be made."""
        return 2 + len(self.slots)


def campaign_name(text: str) -> str:
    """Return a name as Discord will keep it, white space in one piece; empty if there is nothing left of it."""
    return " ".join(text.split())[:MAX_NAME].strip()
