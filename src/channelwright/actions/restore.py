"""Putting together what somebody left of a campaign by deleting its category."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.actions import proof, summary
from channelwright.actions.examination import hidden_by_template
from channelwright.actions.reply import Message
from channelwright.actions.work import InPart
from channelwright.campaign import campaigns, likeness
from channelwright.campaign.campaign_state import Claim
from channelwright.campaign.create import Maker
from channelwright.campaign.leftovers import leftovers
from channelwright.campaign.plan import SUFFIX, Plan, Slot
from channelwright.campaign.rights import Asker
from channelwright.campaign.roles import check_plain
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.leftovers import Leftover
    from channelwright.campaign.note import Note
    from channelwright.discord.server import Channel, Server


def restore(work: Work) -> Message:
    """Make a category for the channels that a note names, and move them in; raise StoppedError."""
    server = work.look()
    wanted = int(work.text("campaign", "0"))
    request = int(work.job.interaction_id)
    found = leftovers(work.discord, server, request)
    lost = next((each for each in found if each.note.category_id == wanted), None)
    if lost is None:
        raise StoppedError(say("There is nothing left of it that I made, or it is put together already."))
    _check(work, server, lost)
    work.begin(begun=any(each.id > request for each in server.categories))
    gms = tuple(sorted(campaigns.let_in(server, _secret(work, lost) or lost.channels, lost.role)))
    name = lost.role.name.removesuffix(SUFFIX) if lost.role else "campaign"
    plan, noted = _planned(work, lost, name, gms)
    claim = Claim(request, lost.role.id if lost.role else 0)
    maker = Maker(work.discord, work.job.guild_id, plan, claim, work.reply.progress, noted=noted, request=request)
    maker.held = proof.held(work)
    work.unfinished = InPart(say("**{name}** is not put together as a whole.", name=plan.shown))
    maker.sure = work.is_first
    made = maker.make()
    assert maker.server  # noqa: S101 - it was looked at
    title = say("**{name}** is put together again.", name=plan.shown)
    return Message(summary.finished(plan, made, maker.server, title), home=summary.home(made))


def _secret(work: Work, lost: Leftover) -> list[Channel]:
    """Return the channels that only the GM saw: by the players' role, or, where it is gone, by the noted template."""
    if lost.role:
        return [each for each in lost.channels if campaigns.is_hidden(each, lost.role)]
    secret = hidden_by_template(work.templates, lost.note)
    return [each for each in lost.channels if each.id in secret]


def _planned(work: Work, lost: Leftover, name: str, gms: tuple[tuple[int, int], ...]) -> tuple[Plan, Note]:
    """Return the plan of the noted template, or, where that is another one by now, of what is left."""
    plan = Plan(name, lost.note.template, tuple(map(Slot, work.templates.get(lost.note.template, ()))), gms)
    if plan.digest == lost.note.digest:
        return plan, lost.note
    plan = Plan(name, lost.note.template, likeness.of(lost.channels, lost.note.role_id), gms)
    return plan, replace(lost.note, digest=plan.digest, channels=tuple(each.id for each in lost.channels))


def _check(work: Work, server: Server, lost: Leftover) -> None:
    asker = Asker.seen(work.discord, server, work.job.user_id)
    if lost.role:
        check_plain(server, lost.role)
    if not asker.is_maker() or (lost.role and not asker.outranks(lost.role)):
        raise StoppedError(say("For that you need Manage Channels and Manage Roles, and a role above the players'."))
