"""`/campaign add-gm`, `remove-gm` and `hand-over`: what makes a campaign its GM's own.

Each looks, sets what differs and looks again, so that it can be cut off anywhere and come twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.reply import Message
from channelwright.actions.work import InPart
from channelwright.campaign import campaigns, note
from channelwright.campaign.overwrites import Parties, put
from channelwright.discord.permissions import MEMBER
from channelwright.discord.text import linked, listed, mention
from channelwright.language import say
from channelwright.permission_bits import ALL, VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from channelwright.actions.proof import Proved
    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.discord.server import Server

ROUNDS = 3


def add_gm(work: Work) -> Message:
    """Let one more see and run all of it."""
    gm = int(work.text("gm"))
    there = proof.campaign(work, work.look())
    work.begin(begun=there.category.allows(gm, VIEW_CHANNEL))
    work.unfinished = _in_part(there, gm)
    now = _set(work, add={gm})
    text = say(
        "<@{gm}> is a GM of **{campaign}** now: sees all its channels, and may run it.",
        gm=gm,
        campaign=now.campaign.shown,
    )
    return Message(_with_untouched(text, now, came=gm))


def remove_gm(work: Work) -> Message:
    """Take a GM's own overwrites away; as a player, with the role, they still see what players see."""
    gm = int(work.text("gm"))
    there = proof.noted(work, work.look())
    campaign = there.campaign
    if _may_be_gone(work, gm):
        work.home = there.written.channel_id
    else:
        proof.check(work, there)
    others = [each for each in campaign.gms if each[0] != gm]
    if work.is_first and (gm, MEMBER) not in campaign.gms:
        raise StoppedError(
            say(
                "<@{gm}> is no GM of **{campaign}** by permissions of their own. I changed nothing.",
                gm=gm,
                campaign=campaign.shown,
            )
        )
    if not others:
        raise StoppedError(
            say(
                "<@{gm}> is the only GM of **{campaign}**. Use `/campaign hand-over` instead.",
                gm=gm,
                campaign=campaign.shown,
            )
        )
    work.begin(begun=(gm, MEMBER) not in campaign.gms)
    if _may_be_gone(work, gm) and not campaign.category.allows(gm, VIEW_CHANNEL):
        # The category is the last that is taken. Who never was a GM, and asks twice, keeps what others gave by hand.
        return Message(say("<@{gm}> is no longer a GM of **{campaign}**.", gm=gm, campaign=campaign.shown))
    work.unfinished = _in_part(campaign, gm)
    now = _set(work, remove={gm})
    text = say(
        "<@{gm}> is no longer a GM of **{campaign}**. GM: {gms}.", gm=gm, campaign=campaign.shown, gms=_names(others)
    )
    return Message(_with_untouched(text, now, left={gm}))


def _in_part(campaign: Campaign, gm: int) -> InPart:
    """Return what is so if the work ends between two channels."""
    about = {"gm": gm, "campaign": campaign.shown}
    return InPart(say("<@{gm}> may be a GM in a part of **{campaign}** only.", **about), say("Run the command again."))


def _may_be_gone(work: Work, gm: int) -> bool:
    """Tell whether a delivery before this one may have made the asker, who leaves, a GM no longer."""
    return not work.is_first and gm == int(work.job.user_id)


def hand_over(work: Work) -> Message:
    """Make somebody the GM in place of the asker, or, where the asker is none, of all who were.

    Whoever may do that may not do it any longer once it is done in part. So the note has it, before anybody leaves.
    """
    to, asker, request = int(work.text("to")), int(work.job.user_id), int(work.job.interaction_id)
    there = proof.noted(work, work.look())
    campaign, noted = there.campaign, there.written.note
    begun = noted.handed_for == request
    work.home = there.written.channel_id if begun else None
    if not begun:
        proof.check(work, there)
    work.begin(begun=begun or campaign.category.allows(to, VIEW_CHANNEL))
    work.unfinished = InPart(
        say("**{campaign}** may be handed over in part only.", campaign=campaign.shown), say("Run the command again.")
    )
    now = None if begun else _set(work, add={to})
    if not begun:
        by = asker if (asker, MEMBER) in campaign.gms else 0
        noted = replace(noted, handed_for=request, handed_by=by)
        note.rewrite(work.discord, noted, there.written)
    own = {id_ for id_, kind in campaign.gms if kind == MEMBER} | (_half_gone(there) if begun else set())
    leaving = ({noted.handed_by} if noted.handed_by else own) - {to}
    if leaving:
        now = _set(work, remove=leaving)
    text = say("**{campaign}** is <@{to}>'s now.", campaign=campaign.shown, to=to)
    if leaving:
        gms = _names([(each, MEMBER) for each in sorted(leaving)])
        text = f"{text} {say('No longer GM: {gms}.', gms=gms)}"
    return Message(_with_untouched(text, now or _There.seen(work), came=to, left=leaving))


def _half_gone(there: Proved) -> set[int]:
    """Return whom a delivery before this one may have begun to take out: GMs in the category, and maybe not inside."""
    let_in = campaigns.let_in(there.server, [there.category], there.role)
    return {id_ for id_, kind in let_in if kind == MEMBER}


def _names(gms: list[tuple[int, int]]) -> str:
    return listed([mention(each) for each in gms])


def _with_untouched(text: str, now: _There, *, came: int = 0, left: Collection[int] = ()) -> str:
    """Add to a text in which channels it is otherwise: those that are not the bot's, and not in the asker's sight."""
    untouched = [
        each
        for each in now.campaign.channels
        if not now.most[each.id] & VIEW_CHANNEL
        and ((came and not each.allows(came, VIEW_CHANNEL)) or any(each.allows(gm, VIEW_CHANNEL) for gm in left))
    ]
    if not untouched:
        return text
    said = say(
        "I left {channels} as they are: my note here does not name them, and you do not see them.",
        channels=linked(untouched),
    )
    return f"{text} {said}"


def _set(work: Work, *, add: Collection[int] = (), remove: Collection[int] = ()) -> _There:
    """Give and take overwrites in the category and all its channels, and look until it is so."""
    for attempt in range(ROUNDS):
        if attempt:
            work.discord.pace.settle()
        there = _There.seen(work)
        changes = sum(there.give(each) for each in add) + sum(there.take(each) for each in remove)
        if not changes:
            return there
    raise StoppedError(say("This campaign changes faster than I can work on it."))


@dataclass(frozen=True)
class _There:
    """A campaign at this moment, and how much may be given in each of its channels.

    In those that the bot made, all. Others can be moved into a campaign: there, what the asker may do in them.
    """

    work: Work
    server: Server
    campaign: Campaign
    most: Mapping[int, int]

    @classmethod
    def seen(cls, work: Work) -> _There:
        server = work.look()
        there = proof.noted(work, server)
        campaign, noted, held = there.campaign, there.written.note, proof.held(work)
        channels = (campaign.category, *campaign.channels)
        most = {each.id: ALL if noted.names(each.id) else held(server, each) for each in channels}
        return cls(work, server, campaign, most)

    def give(self, gm: int) -> int:
        """Put what is missing, and return how often. A channel that has the category's overwrites changes with it."""
        campaign, server, changes = self.campaign, self.server, 0
        parties = Parties(server.id, campaign.role.id, ((gm, MEMBER),), server.bot_id, server.grantable)
        for channel in (campaign.category, *campaign.channels):
            follows = changes and channel.overwrites == campaign.category.overwrites
            for each in () if follows else parties.drifted(channel, most=self.most[channel.id]):
                if each.id == gm:
                    put(self.work.discord, channel, each)
                    changes += 1
        return changes

    def take(self, gm: int) -> int:
        """Take what a GM may do, and leave what somebody denies them; return how often there was anything."""
        # The category last: by it a second delivery sees who is being taken out.
        there = (*self.campaign.channels, self.campaign.category)
        own = [(each, each.overwrite(gm)) for each in there if self.most[each.id] & VIEW_CHANNEL]
        having = [(channel, each) for channel, each in own if each and (each.allow or not each.deny)]
        for channel, each in having:
            if each.deny:
                put(self.work.discord, channel, replace(each, allow=0))
            else:
                self.work.discord.delete(f"/channels/{channel.id}/permissions/{gm}")
        return len(having)
