"""What would stop a campaign half-way, said before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.campaign.roles import check_plain
from channelwright.discord.messages import lacking, lacks
from channelwright.discord.server import MAX_CHANNELS, MAX_IN_CATEGORY, MAX_ROLES
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.campaign.campaign_state import Found
    from channelwright.campaign.plan import Plan
    from channelwright.discord.server import Server


def check(server: Server, plan: Plan, there: Found) -> None:
    """Raise StoppedError with what is missing for the rest of the plan; the server may hide channels from the count."""
    if names := lacking(server.bits):
        raise lacks(names)
    if there.roles:
        check_plain(server, there.roles[0])
    roles = len(server.roles) + (not there.roles)
    channels = len(server.channels) + (not there.categories)
    channels += sum(not channels for channels in there.slots.values())
    if roles > MAX_ROLES:
        raise StoppedError(
            say(
                "This server has {count} roles, and Discord allows {most}.",
                count=len(server.roles),
                most=MAX_ROLES,
            )
        )
    if channels > MAX_CHANNELS:
        here = len(server.channels)
        raise StoppedError(
            say(
                "**{campaign}** would make {channels} channels of the {here} here, and Discord allows {most}.",
                campaign=plan.shown,
                channels=channels,
                here=here,
                most=MAX_CHANNELS,
            )
        )
    inside = len(server.children(there.categories[0])) if there.categories else 0
    if inside + sum(not channels for channels in there.slots.values()) > MAX_IN_CATEGORY:
        raise StoppedError(
            say(
                "The category has {inside} channels, and Discord allows {most}.",
                inside=inside,
                most=MAX_IN_CATEGORY,
            )
        )
