"""`/campaign rename`, `add-gm`, `remove-gm` and `hand-over`: what makes a campaign its GM's own.

Each looks, sets what differs and looks again, so that it can be cut off anywhere and come twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.reply import Message
from channelwright.actions.work import InPart
from channelwright.campaign.overwrites import Parties, put
from channelwright.campaign.plan import SUFFIX, campaign_name
from channelwright.discord.permissions import MEMBER
from channelwright.discord.server import CATEGORY, key
from channelwright.discord.text import listed, mention
from channelwright.language import say
from channelwright.permission_bits import RUNNING, VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.discord.permissions import Overwrite
    from channelwright.discord.server import Channel, Server

ROUNDS = 3


def rename(work: Work) -> Message:
    """Rename category and role. Channels keep their names: they are not made of the campaign's."""
    name = campaign_name(work.text("name"))
    server, campaign = _begun(work)
    before = campaign.name
    same = [each for each in server.categories if each.id != campaign.category.id and each.key == key(name, CATEGORY)]
    if same:
        raise StoppedError(say("There is {category} already. I changed nothing.", category=same[0].named))
    work.unfinished = InPart(
        say("**{campaign}** may be renamed in part only.", campaign=before), say("Run the command again for the rest.")
    )
    # The role first: of a channel's name Discord allows two changes in ten minutes.
    if campaign.role.name != f"{name}{SUFFIX}":
        work.discord.patch(f"/guilds/{server.id}/roles/{campaign.role.id}", {"name": f"{name}{SUFFIX}"})
    if before != name:
        work.discord.patch(f"/channels/{campaign.category.id}", {"name": name})
    return Message(
        say(
            "The campaign is called **{name}** now, and its players' role <@&{role}>.", name=name, role=campaign.role.id
        )
    )


def add_gm(work: Work) -> Message:
    """Let one more see and run all of it."""
    gm = int(work.text("gm"))
    _begun(work)
    campaign = _set(work, add={gm})
    return Message(
        say(
            "<@{gm}> is a GM of **{campaign}** now: sees all its channels, and may run it.",
            gm=gm,
            campaign=campaign.name,
        )
    )


def remove_gm(work: Work) -> Message:
    """Take a GM's own overwrites away; as a player, with the role, they still see what players see."""
    gm = int(work.text("gm"))
    _, campaign = _begun(work)
    others = [each for each in campaign.gms if each[0] != gm]
    if work.is_first and (gm, MEMBER) not in campaign.gms:
        raise StoppedError(
            say(
                "<@{gm}> is no GM of **{campaign}** by permissions of their own. I changed nothing.",
                gm=gm,
                campaign=campaign.name,
            )
        )
    if not others:
        raise StoppedError(
            say(
                "<@{gm}> is the only GM of **{campaign}**. Use `/campaign hand-over` instead.",
                gm=gm,
                campaign=campaign.name,
            )
        )
    _set(work, remove={gm})
    return Message(
        say(
            "<@{gm}> is no longer a GM of **{campaign}**. GM: {gms}.", gm=gm, campaign=campaign.name, gms=_names(others)
        )
    )


def hand_over(work: Work) -> Message:
    """Make somebody the GM in place of the asker, or, where the asker is none, of all who were."""
    to = int(work.text("to"))
    asker = int(work.job.user_id)
    _, campaign = _begun(work)
    own = {id_ for id_, kind in campaign.gms if kind == MEMBER} | (set() if work.is_first else _half_gone(campaign))
    leaving = ({asker} if asker in own else own) - {to}
    work.unfinished = InPart(
        say("**{campaign}** may be handed over in part only.", campaign=campaign.name), say("Run the command again.")
    )
    _set(work, add={to})
    if leaving:
        _set(work, remove=leaving)
    text = say("**{campaign}** is <@{to}>'s now.", campaign=campaign.name, to=to)
    if leaving:
        gms = _names([(each, MEMBER) for each in sorted(leaving)])
        text = f"{text} {say('{gms} sees it no longer.', gms=gms)}"
    return Message(text)


def _half_gone(campaign: Campaign) -> set[int]:
    """Return whom a delivery before this one may have begun to take out: GMs in the category, and maybe not inside."""
    there = campaign.category.overwrites
    return {each.id for each in there if each.type == MEMBER and each.allow & RUNNING}


def _names(gms: list[tuple[int, int]]) -> str:
    return listed([mention(each) for each in gms])


def _begun(work: Work) -> tuple[Server, Campaign]:
    """Return the server and the campaign, which the asker may run, or could when a delivery before this one began."""
    server = work.look()
    if work.is_first:
        work.begin()
        return server, proof.campaign(work, server)
    campaign = proof.proved(work, server)
    if campaign.category.allows(int(work.job.user_id), VIEW_CHANNEL):
        return server, campaign
    return server, proof.campaign(work, server)


def _set(work: Work, *, add: frozenset[int] | set[int] = frozenset(), remove: set[int] | None = None) -> Campaign:
    """Give and take overwrites in the category and all its channels, and look until it is so."""
    for attempt in range(ROUNDS):
        if attempt:
            work.discord.pace.settle()
        server = work.look()
        campaign = proof.proved(work, server)
        changes = sum(_given(work, server, campaign, each) for each in add)
        changes += sum(_taken(work, campaign, each) for each in remove or ())
        if not changes:
            return campaign
    raise StoppedError(say("This campaign changes faster than I can work on it."))


def _given(work: Work, server: Server, campaign: Campaign, gm: int) -> int:
    parties = Parties(server.id, campaign.role.id, ((gm, MEMBER),), server.bot_id, server.grantable)

    def missing(channel: Channel) -> list[Overwrite]:
        return [each for each in parties.drifted(channel) if each.id == gm]

    return _changed(work, campaign, missing)


def _changed(work: Work, campaign: Campaign, missing: Callable[[Channel], list[Overwrite]]) -> int:
    """Put what is missing. A channel that has the category's overwrites is changed with it."""
    changes = 0
    for channel in (campaign.category, *campaign.channels):
        follows = changes and channel.overwrites == campaign.category.overwrites
        for each in () if follows else missing(channel):
            put(work.discord, channel, each)
            changes += 1
    return changes


def _taken(work: Work, campaign: Campaign, gm: int) -> int:
    # The category last: by it a second delivery sees that the asker was a GM, who leaves by this.
    having = [each for each in (*campaign.channels, campaign.category) if each.overwrite(gm)]
    for channel in having:
        work.discord.delete(f"/channels/{channel.id}/permissions/{gm}")
    return len(having)
