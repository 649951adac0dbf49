"""`/campaign invite` and its buttons: Join and Leave for everybody, Close, Let in and Decline for the GM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.reply import Message
from channelwright.campaign import invitation
from channelwright.campaign.rights import Asker
from channelwright.components import Style, row
from channelwright.discord.server import thread_parent
from channelwright.discord.text import listed, mention
from channelwright.jobs import MAX_SEATS
from channelwright.language import say
from channelwright.permission_bits import SEND_MESSAGES, VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.campaign.invitation import Invitation
    from channelwright.discord.server import Channel, Server

DAYS = 30
SECONDS = DAYS * 86_400


def invite(work: Work) -> Message:
    """Put a message with a Join button where the command was run; once, for a second delivery finds it."""
    server = work.look()
    campaign = proof.campaign(work, server)
    channel = _place(work, server, campaign)
    if campaign.archived:
        raise StoppedError(
            say("**{campaign}** is archived. `/campaign unarchive` opens it again.", campaign=campaign.shown)
        )
    request = work.job.interaction_id
    there = not work.is_first and invitation.posted(work.discord, server, channel.id, request) is not None
    work.begin(begun=there)
    if not there:
        once = {"nonce": request, "enforce_nonce": True}
        with work.in_public():
            body = _body(work, campaign)
        work.discord.post(f"/channels/{channel.id}/messages", body | once)
    return Message(
        say(
            "The invitation to **{campaign}** is in {channel}, and stays open for {days} days.",
            campaign=campaign.shown,
            channel=channel.link,
            days=DAYS,
        )
    )


def _place(work: Work, server: Server, campaign: Campaign) -> Channel:
    """Return the channel that the command was run in; raise StoppedError where an invitation has no place."""
    channel = server.channels.get(int(work.job.channel_id))
    if channel is None and thread_parent(work.discord, int(work.job.channel_id)):
        raise StoppedError(say("A thread is no place for an invitation: few read it. Run the command in a channel."))
    if channel is None:
        raise StoppedError(say("I do not see this channel. Run the command where I may write, and players read."))
    if channel.parent_id == campaign.category.id:
        raise StoppedError(
            say("Who is not in the campaign yet does not see this channel. Run the command where they do.")
        )
    if not work.job.user_permissions & SEND_MESSAGES:
        raise StoppedError(say("You may not write in this channel, so I do not either."))
    # Of a job that an earlier version queued nothing is known.
    if not (work.job.app_permissions or SEND_MESSAGES) & SEND_MESSAGES:
        raise StoppedError(say("I may not write in this channel. Run the command where I may, or give me that here."))
    return channel


def _body(work: Work, campaign: Campaign) -> dict[str, object]:
    """Return the message, in the server's language: anyone may read it."""
    approval = bool(work.job.options.get("approval"))
    gms = listed([mention(each) for each in campaign.gms], 3)
    about = {"campaign": campaign.shown, "gms": gms or say("nobody")}
    how = say("The GM lets players in.") if approval else say("Whoever joins sees its channels at once.")
    looks = say("**{campaign}** looks for players. GM: {gms}.", **about)
    text = f"{looks} {how}{invitation.mark(work.job.interaction_id)}"
    seats = int(work.job.options.get("seats", MAX_SEATS))
    options = {"campaign": str(campaign.category.id)}
    join = ("campaign.ask", say("Ask to join")) if approval else ("campaign.join", say("Join"))
    close = work.open_button("campaign.close-invitation", say("Close"), Style.SECONDARY, SECONDS, options)
    buttons = work.open_button(*join, Style.SUCCESS, SECONDS, options), _leave_button(work, options), close
    content = f"{text}\n{say('Players ({count} of {seats}):', count=0, seats=seats)}"
    return {"content": content, "components": [row(*buttons)], "allowed_mentions": {"parse": []}}


def _leave_button(work: Work, options: Mapping[str, str]) -> dict[str, object]:
    return work.open_button("campaign.leave", say("Leave"), Style.SECONDARY, SECONDS, options)


def join(work: Work) -> Message:
    """Let the one who pressed in, if there is a seat."""
    campaign, there = _pressed(work)
    player = int(work.job.user_id)
    if done := _already(work, campaign, player):
        return done
    _enter(work, campaign, _seated(work, campaign, there, player), player)
    return Message(say("You are in **{campaign}** now. {seen}", campaign=campaign.shown, seen=_seen(campaign)))


def ask(work: Work) -> Message:
    """Ask the GM, in the channel of the bot's note, to let the one who pressed in."""
    campaign, there = _pressed(work)
    player = int(work.job.user_id)
    if done := _already(work, campaign, player):
        return done
    _seated(work, campaign, there, player)
    where = proof.noted(work, work.look()).written.channel_id
    if not invitation.is_asked(work.discord, where, campaign.category.id, player):
        options = {
            "campaign": str(campaign.category.id),
            "player": str(player),
            "message": work.job.message_id,
            "channel": work.job.channel_id,
        }
        with work.in_public():
            text = say("<@{player}> asks to join **{campaign}**.", player=player, campaign=campaign.shown)
            buttons = (
                work.open_button("campaign.approve", say("Let in"), Style.SUCCESS, SECONDS, options),
                work.open_button("campaign.decline", say("Decline"), Style.SECONDARY, SECONDS, options),
            )
        body = Message(text, buttons).body
        once = {"nonce": work.job.interaction_id, "enforce_nonce": True}
        work.discord.post(f"/channels/{where}/messages", body | once)
    return Message(say("I asked the GM of **{campaign}** for you.", campaign=campaign.shown))


def leave(work: Work) -> Message:
    """Take the one who pressed out."""
    server = work.look()
    campaign = proof.proved(work, server)
    player = int(work.job.user_id)
    work.begin(begun=not proof.has_role(work, campaign, player))
    there = invitation.read(work.discord, server, work.job.channel_id, work.job.message_id)
    if work.is_first and not proof.has_role(work, campaign, player):
        return Message(say("You are no player of **{campaign}**.", campaign=campaign.shown))
    work.discord.delete(f"/guilds/{server.id}/members/{player}/roles/{campaign.role.id}")
    if there and player in there.players:
        invitation.show(work.discord, there.without(player))
    return Message(say("You are no longer a player of **{campaign}**.", campaign=campaign.shown))


def close(work: Work) -> Message:
    """Let nobody in by this invitation any longer, for a GM; whoever is in can still leave."""
    server = work.look()
    campaign = proof.campaign(work, server)
    there = invitation.read(work.discord, server, work.job.channel_id, work.job.message_id)
    if there:
        with work.in_public():
            leave = row(_leave_button(work, {"campaign": str(campaign.category.id)}))
        invitation.show(work.discord, there, [leave])
    return Message(say("The invitation to **{campaign}** is closed: nobody joins by it.", campaign=campaign.shown))


def approve(work: Work) -> Message:
    """Let a player in, for a GM."""
    server = work.look()
    campaign = proof.campaign(work, server)
    player = int(work.text("player", "0"))
    if done := _answered(work):
        return done
    work.begin(begun=proof.has_role(work, campaign, player))
    there = invitation.read(work.discord, server, work.text("channel", "0"), work.text("message", "0"))
    _enter(work, campaign, _seated(work, campaign, there, player), player)
    return _settled(work, lambda: say("<@{player}> was let in by <@{gm}>.", player=player, gm=work.job.user_id))


def decline(work: Work) -> Message:
    """Say no to a player, for a GM."""
    about = {"player": work.text("player", "0"), "campaign": proof.campaign(work, work.look()).shown}
    if done := _answered(work):
        return done
    return _settled(work, lambda: say("<@{player}> was not let into **{campaign}**.", **about))


def _answered(work: Work) -> Message | None:
    """Show the answer that a request has by now: of two GMs who press at once the first one's holds."""
    there = work.discord.get(f"/channels/{work.job.channel_id}/messages/{work.job.message_id}")
    return None if invitation.buttons(there) else Message(there["content"])


def _settled(work: Work, outcome: Callable[[], str]) -> Message:
    """Put the outcome in place of the request and its buttons, for all who read it."""
    path = f"/channels/{work.job.channel_id}/messages/{work.job.message_id}"
    with work.in_public():
        body = Message(outcome()).body
    work.discord.patch(path, body)
    return Message(outcome())


def _pressed(work: Work) -> tuple[Campaign, Invitation]:
    """Return the campaign, which lets players in, and the invitation that was pressed; raise StoppedError."""
    server = work.look()
    campaign = proof.proved(work, server)
    work.begin(begun=proof.has_role(work, campaign, work.job.user_id))
    if campaign.archived:
        raise StoppedError(say("**{campaign}** is archived and takes no players.", campaign=campaign.shown))
    there = invitation.read(work.discord, server, work.job.channel_id, work.job.message_id)
    if there is None:
        raise StoppedError(say("This invitation is gone. Ask the GM for a new one."))
    if not there.is_open:
        raise StoppedError(say("This invitation is closed. Ask the GM for a new one."))
    return campaign, there


def _already(work: Work, campaign: Campaign, player: int) -> Message | None:
    """Say so to who is in; a second delivery goes on, for the first may have got half-way."""
    asker = Asker.seen(work.discord, work.look(), str(player))
    if asker.is_gm(campaign):
        return Message(say("You are the GM of **{campaign}**.", campaign=campaign.shown))
    if work.is_first and campaign.role.id in asker.roles:
        return Message(say("You are in **{campaign}** already. {seen}", campaign=campaign.shown, seen=_seen(campaign)))
    return None


def _seated(work: Work, campaign: Campaign, there: Invitation | None, player: int) -> Invitation | None:
    """Return the invitation with a seat for one more; raise StoppedError if all are taken by who is still in."""
    if there is None or len(there.without(player).players) < there.seats:
        return there
    # One is enough, and each costs a call.
    gone = next((each for each in there.players if each != player and not proof.has_role(work, campaign, each)), 0)
    if not gone:
        raise StoppedError(
            say("All {seats} seats of **{campaign}** are taken.", seats=there.seats, campaign=campaign.shown)
        )
    return there.without(gone)


def _enter(work: Work, campaign: Campaign, there: Invitation | None, player: int) -> None:
    """Give the role, then write it down: cut off between the two, a second delivery does both again."""
    work.discord.put(f"/guilds/{work.job.guild_id}/members/{player}/roles/{campaign.role.id}")
    if there:
        invitation.show(work.discord, there.with_player(player))


def _seen(campaign: Campaign) -> str:
    seen = listed([each.link for each in campaign.channels if each.allows(campaign.role.id, VIEW_CHANNEL)], 3)
    return say("You see {channels}.", channels=seen) if seen else say("There is no channel yet.")
