"""Who may do what with a campaign, as Discord has it at the moment when it is done.

https://docs.discord.com/developers/topics/permissions#permission-hierarchy
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channelwright.discord.permissions import ROLE, in_channel, in_guild
from channelwright.language import say
from channelwright.permission_bits import (
    ADMINISTRATOR,
    ALL,
    MANAGE_CHANNELS,
    MANAGE_ROLES,
    PLAYING,
    RUNNING,
    VIEW_CHANNEL,
)
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.campaign.campaigns import Campaign
    from channelwright.campaign.create import Maker
    from channelwright.discord.discord_api import Discord
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server

MAKERS = MANAGE_CHANNELS | MANAGE_ROLES
NEVER = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Asker:
    """A member at this moment: the roles, the guild-wide permissions and the highest role's rank."""

    id: int
    roles: frozenset[int]
    bits: int
    rank: tuple[int, int]
    is_owner: bool

    @classmethod
    def seen(cls, discord: Discord, server: Server, user_id: str) -> Asker:
        """Look at a member; two calls. Raise RefusedError 10007 for who left, StoppedError for who is timed out."""
        member = discord.get(f"/guilds/{server.id}/members/{user_id}")
        own = frozenset(map(int, member["roles"]))
        held = [role for role in server.roles.values() if role.id in own]
        is_owner = discord.get(f"/guilds/{server.id}")["owner_id"] == user_id
        bits = ALL if is_owner else in_guild(server.roles[server.id], held)
        if not bits & ADMINISTRATOR:
            _check_speaks(member, discord.pace.now())
        return cls(int(user_id), own, bits, max((each.rank for each in held), default=(0, 0)), is_owner)

    def outranks(self, role: Role) -> bool:
        return self.is_owner or self.rank > role.rank

    def is_maker(self) -> bool:
        """Tell whether this member may make channels and roles without the bot."""
        return self.bits & MAKERS == MAKERS

    def is_target(self, target: tuple[int, int]) -> bool:
        """Tell whether an overwrite with this id and type is about this member."""
        id_, kind = target
        return id_ in self.roles if kind == ROLE else id_ == self.id

    def is_gm(self, campaign: Campaign) -> bool:
        return any(map(self.is_target, campaign.gms))

    def may_in(self, server: Server, channel: Channel) -> int:
        """Return what this member may do in a channel."""
        return ALL if self.is_owner else in_channel(self.bits, server.id, self.roles, self.id, channel.overwrites)

    def sees(self, server: Server, channel: Channel) -> bool:
        return bool(self.may_in(server, channel) & VIEW_CHANNEL)

    def knows(self, server: Server, category: Channel) -> bool:
        """Tell whether this member sees a category or anything in it, or looks after all of the server's."""
        return self.is_maker() or any(self.sees(server, each) for each in (category, *server.children(category)))

    def may_give(self, role: Role) -> bool:
        """Tell whether this member may hand out a role without the bot."""
        return bool(self.bits & MANAGE_ROLES) and self.outranks(role)


def _check_speaks(member: Mapping[str, Any], now: float) -> None:
    """Raise StoppedError for who is timed out: they keep their roles, and may do nothing but read.

    https://docs.discord.com/developers/topics/permissions#permissions-for-timed-out-members
    """
    until = datetime.fromisoformat(member.get("communication_disabled_until") or NEVER).timestamp()
    if until > now:
        raise StoppedError(
            say("You are timed out in this server until {when}, so I do nothing for you.", when=f"<t:{int(until)}:f>")
        )


def most_in(maker: Maker, channel: Channel) -> int:
    """Return how much a job may give in a channel: all in one that the bot made, else what the asker may do there."""
    assert maker.server  # noqa: S101 - it was looked at
    return ALL if _is_own(maker, channel) else maker.held(maker.server, channel)


def is_vouched_for(maker: Maker, channel: Channel) -> bool:
    """Tell whether a note may name a channel: the bot made it, or the asker could give all of it without the bot."""
    assert maker.server  # noqa: S101 - it was looked at
    given = (VIEW_CHANNEL | PLAYING | RUNNING) & maker.server.grantable
    return most_in(maker, channel) & given == given


def _is_own(maker: Maker, channel: Channel) -> bool:
    """Tell whether the bot's note names a channel, or this very request had it made."""
    noted = maker.noted is not None and maker.noted.names(channel.id)
    return noted or channel.id > min(maker.claim.since, maker.request)
