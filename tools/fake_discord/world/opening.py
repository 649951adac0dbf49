"""The server as it is when a story starts: its cast, its roles, a few channels; all three months old."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.fake_discord.world.clock import Clock, Snowflakes
from tools.fake_discord.world.permissions import Permission
from tools.fake_discord.world.state import CATEGORY, TEXT, VOICE, Channel, Guild, Member, Role, User
from tools.fake_discord.world.world import Application

if TYPE_CHECKING:
    from collections.abc import Iterator

AGE = 90 * 86_400
EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.STREAM
    | Permission.USE_VAD
    | Permission.CHANGE_NICKNAME
    | Permission.CREATE_INSTANT_INVITE
    | Permission.MENTION_EVERYONE
    | Permission.USE_APPLICATION_COMMANDS
)
BOT_MINIMUM = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES | Permission.CONNECT
BOT_INVITED = 6_773_320_484_908_368
"""What the recommended invite link gives: the minimum, and what players and GMs need in order to be granted it."""
GAME_MASTER = Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES
PEOPLE = ("owner", "admin", "gm", "player", "stranger")


@dataclass(frozen=True)
class Opening:
    """How the story starts. `forums` is "allowed", or the refusal of servers without them: "50024" or "50035"."""

    name: str = "Tabletop Tavern"
    everyone: int = EVERYONE
    bot_permissions: int = BOT_INVITED
    community: bool = False
    forums: str = "allowed"
    token: str = "fake-bot-token"  # noqa: S105 - a stand-in, of nothing that is secret

    def make(self, now: float, application: Application | None = None) -> tuple[Guild, Application]:
        """Make the guild and the application, whose bot is in it; or a guild for an application that there is."""
        ids = Snowflakes(Clock(frozen=True, start=now - AGE))
        own = ids.next(), User(ids.next(), "Channelwright", bot=True), self.token
        application = application or Application(*own)
        guild = self._guild(ids, application.bot, now - AGE)
        return (self._with_community(guild) if self.community else guild), application

    def _guild(self, ids: Snowflakes, bot: User, joined: float) -> Guild:
        guild_id = ids.next()
        users = {name: User(ids.next(), name) for name in PEOPLE}
        roles = {
            "everyone": Role(guild_id, "@everyone", int(self.everyone)),
            "gm": Role(ids.next(), "Game Masters", int(GAME_MASTER), 1),
            "bot": Role(ids.next(), bot.username, int(self.bot_permissions), 2, managed=True, bot_id=bot.id),
            "admin": Role(ids.next(), "Admins", int(Permission.ADMINISTRATOR), 3),
        }
        holders = {**users, "bot": bot}
        members = {
            user.id: Member(user, frozenset({roles[name].id} if name in roles else ()), joined)
            for name, user in holders.items()
        }
        return Guild(
            id=guild_id,
            name=self.name,
            owner_id=users["owner"].id,
            roles={role.id: role for role in roles.values()},
            members=members,
            channels={channel.id: channel for channel in _channels(ids)},
            forums=self.forums,
        )

    def _with_community(self, guild: Guild) -> Guild:
        """Make it a Community server: announcements and stages exist, rules and updates channels are protected."""
        rules, updates = (each.id for each in guild.channels.values() if each.name in {"rules", "moderator-only"})
        return replace(
            guild,
            features=frozenset({"COMMUNITY", "NEWS"}),
            rules_channel_id=rules,
            public_updates_channel_id=updates,
        )


def _channels(ids: Snowflakes) -> Iterator[Channel]:
    text, voice = ids.next(), ids.next()
    yield Channel(text, CATEGORY, "Text Channels", 0)
    yield Channel(voice, CATEGORY, "Voice Channels", 1)
    for position, name in enumerate(("general", "rules", "moderator-only")):
        yield Channel(ids.next(), TEXT, name, position, text)
    yield Channel(ids.next(), VOICE, "Lounge", 0, voice)
