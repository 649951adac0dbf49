"""All that a Discord knows: guilds with their past, messages, interactions, commands, and the one application."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tools.fake_discord.world.bell import Bell
from tools.fake_discord.world.clock import Clock, Snowflakes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fake_discord.operations.events import ScheduledEvent
    from tools.fake_discord.operations.messages import Message
    from tools.fake_discord.world.interactions import Interaction
    from tools.fake_discord.world.state import Channel, Guild, Member, User


@dataclass
class Application:
    """The bot's registration. Its bot user has an id of its own (docs: they need not be equal)."""

    id: str
    bot: User
    token: str
    interactions_endpoint_url: str | None = None
    owner_has_2fa: bool = True


@dataclass(frozen=True)
class AuditEntry:
    """A line of the guild's audit log: the operation, what it was done to, and the reason, decoded."""

    operation: str
    target_id: str
    reason: str | None


@dataclass
class World:
    """The state behind the API. `lag` is how far behind lists of channels and roles are, in seconds at most."""

    clock: Clock
    seed: int = 0
    lag: float = 0.0
    lag_varies: bool = False
    hides_unseen_channels: bool = True
    banned_words: frozenset[str] = frozenset()
    guilds: dict[str, Guild] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    events: dict[str, ScheduledEvent] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    audit_log: list[AuditEntry] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    bell: Bell = field(default_factory=Bell)

    def __post_init__(self) -> None:
        self.snowflakes = Snowflakes(self.clock)
        self._random = random.Random(self.seed)  # noqa: S311 - reproducible lag, no secret
        self._past: dict[str, list[tuple[float, Guild]]] = {}

    def keep(self, guild: Guild) -> None:
        """Make `guild` the present state, and remember when."""
        self.guilds[guild.id] = guild
        self._past.setdefault(guild.id, []).append((self.clock.now(), guild))
        self.bell.ring()

    def settle(self, guild_id: str) -> None:
        """Forget the past: every reader sees the present at once, as after a long quiet time."""
        self._past[guild_id] = [(float("-inf"), self.guilds[guild_id])]

    def past(self, guild_id: str) -> list[Guild]:
        """Return every state that the guild has been in, the present one included."""
        return [guild for _, guild in self._past[guild_id]]

    def as_listed(self, guild_id: str) -> Guild:
        """Return the guild as a list may show it: the state of up to `lag` seconds ago (docs: "Consistency")."""
        behind = self._random.uniform(0, self.lag) if self.lag_varies else self.lag
        moment = self.clock.now() - behind
        past = self._past[guild_id]
        return next((guild for since, guild in reversed(past) if since <= moment), past[0][1])

    def guild_of(self, channel_id: str) -> Guild | None:
        return next((guild for guild in self.guilds.values() if channel_id in guild.channels), None)

    def _guild_with(self, channel_id: str) -> Guild:
        guild = self.guild_of(channel_id)
        if guild is None:
            raise KeyError(f"no guild has a channel {channel_id}")
        return guild

    def put_channel(self, channel: Channel) -> None:
        """Change a channel that exists."""
        self.keep(self._guild_with(channel.id).with_channel(channel))

    def drop_channel(self, channel_id: str) -> None:
        """Delete a channel with its threads and messages."""
        guild = self._guild_with(channel_id)
        gone = {channel_id, *guild.threads(channel_id)}
        self.keep(guild.without_channel(channel_id))
        self.messages = {key: each for key, each in self.messages.items() if each.channel_id not in gone}

    def edit_member(self, guild_id: str, user_id: str, change: Callable[[frozenset[str]], frozenset[str]]) -> Member:
        """Change the roles of a member."""
        guild = self.guilds[guild_id]
        member = guild.members[user_id]
        member = replace(member, roles=change(member.roles))
        self.keep(guild.with_member(member))
        return member
