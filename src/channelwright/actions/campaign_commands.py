"""`/campaign list`, `add-player`, `remove-player`, `archive` and `unarchive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.reply import Message
from channelwright.campaign import campaigns
from channelwright.campaign.overwrites import Parties, put
from channelwright.discord.text import fitted, listed, mention
from channelwright.permission_bits import SEND_MESSAGES, VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.discord.permissions import Overwrite
    from channelwright.discord.server import Channel, Server

ROUNDS = 3


def list_campaigns(work: Work) -> Message:
    found = campaigns.campaigns(work.look(rights=False))
    if not found:
        return Message("There is no campaign in this server yet. `/add-campaign` makes one.")
    return Message(fitted([f"**Campaigns** ({len(found)})", *map(_line, found)]))


def _line(campaign: Campaign) -> str:
    gms = listed([mention(each) for each in campaign.gms], 3) or "nobody"
    archived = ", archived" if campaign.archived else ""
    return f"- {campaign.category.link}: {len(campaign.channels)} channels, <@&{campaign.role.id}>, GM {gms}{archived}"


def add_player(work: Work) -> Message:
    """Give the campaign's role to somebody."""
    work.begin()
    campaign = proof.campaign(work, work.look())
    player = work.text("player")
    work.discord.put(f"/guilds/{work.job.guild_id}/members/{player}/roles/{campaign.role.id}")
    seen = listed([each.link for each in campaign.channels if each.allows(campaign.role.id, VIEW_CHANNEL)], 3)
    return Message(f"<@{player}> is in **{campaign.name}** and sees {seen or 'no channel yet'}.")


def remove_player(work: Work) -> Message:
    """Take the campaign's role from somebody; a GM keeps seeing it."""
    work.begin()
    campaign = proof.campaign(work, work.look())
    player = work.text("player")
    work.discord.delete(f"/guilds/{work.job.guild_id}/members/{player}/roles/{campaign.role.id}")
    still = " They still see it as its GM." if any(str(gm) == player for gm, _ in campaign.gms) else ""
    return Message(f"<@{player}> is no longer a player of **{campaign.name}**.{still}")


def archive(work: Work) -> Message:
    """Take from the players what changes a channel; they still see and read all."""
    campaign = _players_set(work, archived=True)
    return Message(
        f"**{campaign.name}** is archived: players read, and only the GM writes. `/campaign unarchive` opens it again."
    )


def unarchive(work: Work) -> Message:
    campaign = _players_set(work, archived=False)
    return Message(f"**{campaign.name}** is open again: players write.")


def _players_set(work: Work, *, archived: bool) -> Campaign:
    """Set what players may do in the category and its channels, except where they see nothing. Look until it is so."""
    for attempt in range(ROUNDS):
        if attempt:
            work.discord.pace.settle()
        server = work.look()
        if not server.bits & SEND_MESSAGES:
            raise StoppedError("I lack Send Messages in this server, so I can neither give nor take it.")
        campaign = proof.campaign(work, server)
        if not _players_put(work, server, campaign, archived=archived):
            return campaign
    raise StoppedError("This campaign changes faster than I can work on it.")


def _players_put(work: Work, server: Server, campaign: Campaign, *, archived: bool) -> int:
    """Set the overwrites that differ. A channel that follows the category is changed with it."""
    parties = Parties(server.id, campaign.role.id, (), server.bot_id, server.grantable, archived=archived)

    def differing(channel: Channel) -> list[Overwrite]:
        drifted = parties.drifted(channel, gm_only=False)
        return [each for each in drifted if each.id == campaign.role.id]

    changes = differing(campaign.category)
    for each in changes:
        put(work.discord, campaign.category, each)
    for channel in campaign.channels:
        follows = changes and channel.overwrites == campaign.category.overwrites
        if channel.allows(campaign.role.id, VIEW_CHANNEL) and not follows:
            for each in (late := differing(channel)):
                put(work.discord, channel, each)
            changes = changes + late
    return len(changes)
