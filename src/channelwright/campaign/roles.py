"""Which roles the bot may touch: those that are as it makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Server


def check_plain(server: Server, role: Role) -> None:
    """Raise StoppedError unless a role is as the bot makes them: it gives nothing, and the bot stands above it."""
    if not role.is_plain:
        raise StoppedError(
            say(
                "<@&{role}> has permissions of its own, and the roles that I make have none. So I "
                "neither hand it out nor change or delete it. Take them from it in Server Settings, "
                "Roles, if it is a campaign's.",
                role=role.id,
            )
        )
    if role.rank >= server.rank:
        raise StoppedError(say("My own role has to stand above <@&{role}>, in Server Settings, Roles.", role=role.id))
