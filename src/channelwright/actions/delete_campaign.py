"""`/delete-campaign`: ask first, saying exactly what goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.reply import Message
from channelwright.actions.work import BY_SETTINGS
from channelwright.campaign import campaigns
from channelwright.campaign.rights import Asker
from channelwright.campaign.roles import check_plain
from channelwright.components import CANCEL, Style
from channelwright.discord.server import each_on_a_line
from channelwright.discord.text import fitted, linked
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channelwright.actions.work import Work
    from channelwright.campaign.note import Written
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server

CONFIRM = "delete-campaign.confirm"
CONFIRM_SECONDS = 300


@dataclass(frozen=True)
class Doomed:
    """What a deletion is about. `made` are the ids of channels that the note names.

    `older` channels were there before the category, and the bot did not make them: somebody moved them into it.
    """

    category: Channel
    role: Role | None
    made: frozenset[int | None]
    goes: list[Channel]
    older: list[Channel]

    @classmethod
    def of(cls, server: Server, category: Channel, role: Role | None, written: Written | None) -> Doomed:
        there = server.children(category)
        doomed = cls(category, role, frozenset(written.note.channels if written else ()), [], [])
        goes = [each for each in there if doomed.takes(each)]
        return replace(doomed, goes=goes, older=[each for each in there if each not in goes])

    def takes(self, channel: Channel) -> bool:
        """Tell whether a channel goes. Of a campaign that was put together again all are older than the category."""
        return channel.id > self.category.id or channel.id in self.made

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing but a category, and so nothing that says whose the players' role is."""
        return not self.role and not self.goes

    @property
    def shown(self) -> str:
        """Return the name for a message."""
        return self.category.shown


def delete_campaign(work: Work) -> Message:
    """Show what would go, with a button to agree to that; raise StoppedError for what is no campaign of ours."""
    server = work.look()
    doomed = _asked_for(work, server)
    lines = [
        say(
            "**Delete {campaign} for good?** There is no way back. These go, with all their messages:",
            campaign=doomed.shown,
        )
    ]
    lines += each_on_a_line(doomed.goes)
    tail = [
        say("and then the category and the role <@&{role}>.", role=doomed.role.id)
        if doomed.role
        else say("and then the category.")
    ]
    if role := campaigns.role_of(server, doomed.category) if doomed.is_empty else None:
        tail.append(say("<@&{role}> would stay: without my note I do not know whether it is mine.", role=role.id))
    if doomed.older:
        tail.append(
            say("{channels} existed before the campaign: they stay, without a category.", channels=linked(doomed.older))
        )
    tail.append(say("Channels that I cannot see would stay too. `/campaign archive` keeps everything, read-only."))
    options = {
        "campaign": str(doomed.category.id),
        "role": str(doomed.role.id if doomed.role else 0),
        "since": work.job.interaction_id,
        "plan": digest(doomed.goes) + ("" if by_right(work, server, doomed) else BY_SETTINGS),
    }
    agreed = say("Delete {count} channels", count=len(doomed.goes))
    buttons = (
        work.button(CONFIRM, agreed, Style.DANGER, CONFIRM_SECONDS, options),
        work.button(CANCEL, say("Keep it"), Style.SECONDARY, CONFIRM_SECONDS, {}),
    )
    return Message("\n".join([fitted(lines, 1990 - len("\n".join(tail))), *tail]), buttons)


def _asked_for(work: Work, server: Server) -> Doomed:
    """Return what may be deleted: what the note names, or a category of the bot's in which there is nothing left."""
    category = proof.named(work, server)
    if not server.children(category) and campaigns.is_kept(server, category):
        doomed = Doomed(category, None, frozenset(), [], [])
        check_right(work, server, doomed)
        return doomed
    proved = proof.noted(work, server)
    if proved.role:
        check_plain(server, proved.role)
    return Doomed.of(server, category, proved.role, proved.written)


def check_right(work: Work, server: Server, doomed: Doomed) -> None:
    """Raise StoppedError for who may no longer delete it. Of an empty category no settings of the server's speak."""
    if by_right(work, server, doomed):
        return
    if doomed.is_empty:
        raise StoppedError(
            say(
                "There is nothing in this category, and so no note of mine: only who has Manage Channels and Manage "
                "Roles can have me delete it. I deleted nothing."
            )
        )
    raise StoppedError(say("You may no longer delete this campaign, so I deleted nothing."))


def by_right(work: Work, server: Server, doomed: Doomed) -> bool:
    """Tell whether the asker may delete it as its GM, or could without the bot. Discord let them use the command."""
    asker = Asker.seen(work.discord, server, work.job.user_id)
    if doomed.role is None:
        return asker.is_maker()
    campaign = campaigns.of(server, doomed.category, doomed.role)
    if asker.is_maker() and not asker.is_gm(campaign):
        proof.check_asker(asker, server, campaign)
    return asker.is_maker() or asker.is_gm(campaign)


def digest(channels: Iterable[Channel]) -> str:
    """Return a word for exactly these channels, short enough for a button."""
    ids = ",".join(str(each) for each in sorted(channel.id for channel in channels))
    return sha256(ids.encode()).hexdigest()[:12]
