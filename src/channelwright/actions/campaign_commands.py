"""`/campaign add-player`, `remove-player`, `rename`, `archive` and `unarchive`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.reply import Message
from channelwright.actions.work import InPart
from channelwright.campaign import visibility
from channelwright.campaign.overwrites import Parties, put
from channelwright.campaign.plan import SUFFIX, campaign_name
from channelwright.campaign.removal import PROTECTED
from channelwright.discord.discord_api import RefusedError
from channelwright.discord.messages import meaning
from channelwright.discord.pace import NoTimeError
from channelwright.discord.server import CATEGORY, key
from channelwright.discord.text import fitted, linked, listed, mention, plain
from channelwright.language import say
from channelwright.permission_bits import SEND_MESSAGES, VIEW_CHANNEL, WRITING
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.discord.permissions import Overwrite
    from channelwright.discord.server import Channel, Server

ROUNDS = 3
MOST_WAITED = 150.0


def add_player(work: Work) -> Message:
    """Give the campaign's role to somebody."""
    campaign, player = proof.campaign(work, work.look()), work.text("player")
    work.begin(begun=proof.has_role(work, campaign, player))
    work.discord.put(f"/guilds/{work.job.guild_id}/members/{player}/roles/{campaign.role.id}")
    seen = listed([each.named for each in campaign.channels if each.allows(campaign.role.id, VIEW_CHANNEL)], 3)
    about = {"player": player, "campaign": campaign.shown, "channels": seen}
    if not seen:
        return Message(say("<@{player}> is in **{campaign}**, where there is no channel to see yet.", **about))
    return Message(say("<@{player}> is in **{campaign}** and sees {channels}.", **about))


def remove_player(work: Work) -> Message:
    """Take the campaign's role from somebody; a GM keeps seeing it."""
    campaign, player = proof.campaign(work, work.look()), work.text("player")
    work.begin(begun=not proof.has_role(work, campaign, player))
    work.discord.delete(f"/guilds/{work.job.guild_id}/members/{player}/roles/{campaign.role.id}")
    gone = say("<@{player}> is no longer a player of **{campaign}**.", player=player, campaign=campaign.shown)
    if any(str(gm) == player for gm, _ in campaign.gms):
        return Message(f"{gone} {say('They still see it as its GM.')}")
    return Message(f"{gone} {say('By an invitation that is open they can come back: its Close button ends that.')}")


def rename(work: Work) -> Message:
    """Rename category and role. Channels keep their names: they are not made of the campaign's."""
    name = campaign_name(work.text("name"))
    server = work.look()
    campaign = proof.campaign(work, server)
    before = campaign.category.name
    same = [each for each in server.categories if each.id != campaign.category.id and each.key == key(name, CATEGORY)]
    if same:
        raise StoppedError(say("There is {category} already. I changed nothing.", category=same[0].named))
    work.unfinished = InPart(
        say("**{campaign}** may be renamed in part only.", campaign=campaign.shown),
        say("Run the command again for the rest."),
    )
    role_name = f"{name}{SUFFIX}"
    work.begin(begun=campaign.role.name == role_name or before == name)
    if before != name:
        _rename_category(work, campaign, name)
    if campaign.role.name != role_name:
        work.discord.patch(f"/guilds/{server.id}/roles/{campaign.role.id}", {"name": role_name})
    return Message(
        say(
            "The campaign is called **{name}** now, and its players' role <@&{role}>.",
            name=plain(name),
            role=campaign.role.id,
        )
    )


def _rename_category(work: Work, campaign: Campaign, name: str) -> None:
    """Rename it before the role: of a channel's name Discord takes two changes in ten minutes, and then none.

    All other wishes in the server would wait as long: so beyond some minutes it is not waited for.
    """
    try:
        work.discord.patch(f"/channels/{campaign.category.id}", {"name": name})
    except NoTimeError as wait:
        if wait.seconds <= MOST_WAITED:
            raise
        work.unfinished = InPart()
        when = f"<t:{int(work.discord.pace.now() + wait.seconds) + 1}:R>"
        raise StoppedError(
            say(
                "Discord takes two new names of a category in ten minutes. The next is possible {when}; I changed "
                "nothing.",
                when=when,
            )
        ) from None


def archive(work: Work) -> Message:
    """Take from the players what changes a channel; they still see and read all."""
    done = _players_set(work, archived=True)
    name = done.campaign.shown
    if done.failed:
        return _in_part(done, say("**{name}** is archived in part: here players can still write.", name=name))
    lines = [
        say(
            "**{name}** is archived: players read, and only the GM writes. `/campaign unarchive` opens it again.",
            name=name,
        )
    ]
    writing = _writing(work, done)
    if writing:
        lines[0] = say("**{name}** is archived: players only read. `/campaign unarchive` opens it again.", name=name)
        lines.append(say("Besides the GM these can still write, by permissions of their own that I left as they are:"))
    lines += [say("- {who} in {channels}", who=who, channels=listed(where, 3)) for who, where in writing.items()]
    return Message(fitted(lines))


def unarchive(work: Work) -> Message:
    done = _players_set(work, archived=False)
    if done.failed:
        return _in_part(
            done,
            say("**{campaign}** is open again in part: here players still only read.", campaign=done.campaign.shown),
        )
    reading = [each for each in done.campaign.channels if _only_read(done.campaign, each)]
    text = say("**{campaign}** is open again: players write.", campaign=done.campaign.shown)
    if reading:
        named = listed([each.named for each in reading], 5)
        text = f"{text} {say('As before they only read {channels}.', channels=named)}"
    return Message(text)


def _only_read(campaign: Campaign, channel: Channel) -> bool:
    own = channel.overwrite(campaign.role.id)
    return own is not None and own.deny & (SEND_MESSAGES | VIEW_CHANNEL) == SEND_MESSAGES


@dataclass(frozen=True)
class Done:
    """A campaign after its players' overwrites were set, and where they could not be, with the reason."""

    server: Server
    campaign: Campaign
    failed: Mapping[int, str]


def _in_part(done: Done, title: str) -> Message:
    """Say where it could not be done, each reason once."""
    reasons: dict[str, list[Channel]] = {}
    for each in (done.campaign.category, *done.campaign.channels):
        if each.id in done.failed:
            reasons.setdefault(done.failed[each.id], []).append(each)
    lines = [f"- {linked(channels, 5)}: {why}" for why, channels in reasons.items()]
    return Message(fitted([title, *lines, say("Settle that, and run the command again for the rest.")]))


def _writing(work: Work, done: Done) -> dict[str, list[str]]:
    """Return who besides the GM and the bot can write or speak where, by an overwrite or what the server gives."""
    known = {done.server.bot_id, done.campaign.role.id, *(id_ for id_, _ in done.campaign.gms)}
    held = proof.roles_of(work)
    found: dict[str, list[str]] = {}
    for channel in done.campaign.channels:
        for id_, kind in visibility.writing(done.server, channel, known, held):
            who = say("everybody") if id_ == done.server.id else mention((id_, kind))
            found.setdefault(who, []).append(channel.named)
    return found


def _players_set(work: Work, *, archived: bool) -> Done:
    """Set what players may do in the category and its channels, except where they see nothing. Look until it is so."""
    failed: dict[int, str] = {}
    for attempt in range(ROUNDS):
        if attempt:
            work.discord.pace.settle()
        server = work.look()
        if not server.bits & SEND_MESSAGES:
            raise StoppedError(say("I lack Send Messages in this server, so I can neither give nor take it."))
        campaign = proof.campaign(work, server)
        work.begin(begun=campaign.archived == archived)
        state = (
            say("**{campaign}** may be archived in part only.", campaign=campaign.shown)
            if archived
            else say("**{campaign}** may be open again in part only.", campaign=campaign.shown)
        )
        work.unfinished = InPart(state, say("Run the command again for the rest."))
        if not _players_put(work, server, campaign, failed, archived=archived):
            return Done(server, campaign, failed)
    raise StoppedError(say("This campaign changes faster than I can work on it."))


def _players_put(work: Work, server: Server, campaign: Campaign, failed: dict[int, str], *, archived: bool) -> int:
    """Set the overwrites that differ, and return how many. A channel that follows the category is changed with it."""
    parties = Parties(server.id, campaign.role.id, (), server.bot_id, server.grantable, archived=archived)

    def changed(channel: Channel) -> int:
        drifted = parties.drifted(channel)
        own = [each for each in drifted if each.id == campaign.role.id and channel.id not in failed]
        return sum(_put(work, channel, each, failed) for each in own)

    def opens(channel: Channel) -> bool:
        """Tell whether it was the archive that closed a channel: one that players only read denies them less."""
        own = channel.overwrite(campaign.role.id)
        closed = WRITING & server.grantable
        return archived or own is None or own.deny & closed == closed

    changes = changed(campaign.category)
    for channel in campaign.channels:
        follows = changes and channel.overwrites == campaign.category.overwrites
        if channel.allows(campaign.role.id, VIEW_CHANNEL) and not follows and opens(channel):
            changes += changed(channel)
    return changes


def _put(work: Work, channel: Channel, overwrite: Overwrite, failed: dict[int, str]) -> bool:
    """Set an overwrite; note why not where the bot may not, which need not keep it from the other channels."""
    try:
        put(work.discord, channel, overwrite)
    except RefusedError as refusal:
        if refusal.code not in PROTECTED:
            raise
        failed[channel.id] = meaning(refusal)
        return False
    return True
