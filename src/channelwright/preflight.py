"""What would stop a campaign half-way, said before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright import permissions
from channelwright.reply import StoppedError
from channelwright.roles import check_plain

if TYPE_CHECKING:
    from channelwright.campaign_plan import Plan
    from channelwright.found import Found
    from channelwright.server import Server

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json: 30013 and 30005
MAX_CHANNELS, MAX_ROLES, MAX_IN_CATEGORY = 500, 250, 50


class MissingPermissionsError(StoppedError):
    """`names` are what the bot lacks, in Discord's words."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"I lack {_listed(names)} in this server.")
        self.names = names


def check(server: Server, plan: Plan, there: Found) -> None:
    """Raise StoppedError with what is missing for the rest of the plan; the server may hide channels from the count."""
    if names := permissions.missing(server.bits):
        raise MissingPermissionsError(names)
    if there.roles:
        check_plain(server, there.roles[0])
    roles = len(server.roles) + (not there.roles)
    channels = len(server.channels) + (not there.categories)
    channels += sum(not channels for channels in there.slots.values())
    if roles > MAX_ROLES:
        raise StoppedError(f"This server has {len(server.roles)} roles, and Discord allows {MAX_ROLES}.")
    if channels > MAX_CHANNELS:
        here = len(server.channels)
        raise StoppedError(
            f"**{plan.name}** would make {channels} channels of the {here} here, and Discord allows {MAX_CHANNELS}."
        )
    inside = len(server.children(there.categories[0])) if there.categories else 0
    if inside + sum(not channels for channels in there.slots.values()) > MAX_IN_CATEGORY:
        raise StoppedError(f"The category has {inside} channels, and Discord allows {MAX_IN_CATEGORY}.")


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
