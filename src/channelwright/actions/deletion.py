"""A deletion that was agreed to: what was shown, and nothing else.

The channel with the bot's note goes after everything else but the category: as long as anything stays, so does the
note, and the deletion can be asked for again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.actions.delete_campaign import Doomed, check_right, digest
from channelwright.actions.reply import Message
from channelwright.actions.work import BY_SETTINGS, InPart
from channelwright.campaign import note
from channelwright.campaign.leftovers import leftovers
from channelwright.campaign.removal import ROUNDS, Removal
from channelwright.campaign.roles import check_plain
from channelwright.discord.server import thread_parent
from channelwright.discord.text import fitted, linked
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.note import Written
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


def confirm(work: Work) -> Message:
    """Delete what was agreed to; safe to be cut off anywhere and to be asked from inside the campaign.

    The ids are those of the button, which the note proved when it was made: by now the note may be gone.
    """
    server = work.look()
    role = server.roles.get(int(work.text("role", "0")))
    removal = Removal(work.discord, server, int(work.text("since", "0")))
    if role and not role.is_plain:
        check_plain(server, role)
    category = server.channels.get(int(work.text("campaign", "0")))
    if category is None:
        return _role_alone(work, removal, role)
    written = note.found(work.discord, server, category, role.id if role else 0)
    doomed = Doomed.of(server, category, role, written)
    is_fresh = _is_fresh(work, doomed, written)
    if is_fresh or _is_about_nothing(work):
        work.begin()
        _check_agreed(work, server, doomed)
        _note_beginning(work, written)
    state = say("**{campaign}** is not deleted as a whole.", campaign=doomed.shown)
    work.unfinished = InPart(state, say("`/delete-campaign` deletes the rest."))
    added = _deleted(work, removal, doomed, written)
    if _is_about_nothing(work) and not added and not removal.kept:
        return Message(say("The category is deleted."))
    return _report(doomed, removal, added, counted=is_fresh)


def _is_fresh(work: Work, doomed: Doomed, written: Written | None) -> bool:
    """Tell whether nothing of this deletion was done yet, by what is there: a job may come back as a new message."""
    if written is None:
        return work.is_first and bool(doomed.goes)
    return written.note.deleting_for != int(work.job.interaction_id)


def _is_about_nothing(work: Work) -> bool:
    """Tell whether it was asked about an empty category, which is gone by one call or not at all."""
    return work.text("role", "0") == "0" and work.text("plan").removesuffix(BY_SETTINGS) == digest([])


def _note_beginning(work: Work, written: Written | None) -> None:
    if written:
        begun = replace(written.note, deleting_for=int(work.job.interaction_id))
        note.rewrite(work.discord, begun, written)


def _check_agreed(work: Work, server: Server, doomed: Doomed) -> None:
    """Raise StoppedError if it is not what was shown, or the one who presses may no longer do it."""
    agreed = work.text("plan")
    if digest(doomed.goes) != agreed.removesuffix(BY_SETTINGS):
        raise StoppedError(
            say(
                "**{campaign}** has changed since you were asked, so I deleted nothing. Use `/delete-campaign` again.",
                campaign=doomed.shown,
            )
        )
    if not agreed.endswith(BY_SETTINGS) or _is_about_nothing(work):
        check_right(work, server, doomed)


def _deleted(work: Work, removal: Removal, doomed: Doomed, written: Written | None) -> list[Channel]:
    """Delete channels, role, the channel of the note and the category. Return what was added in the meantime."""
    category, role = doomed.category, doomed.role
    last = [each for each in doomed.goes if written and each.id == written.channel_id]
    added = _empty_out(work, removal, doomed, [each for each in doomed.goes if each not in last], last)
    if added or removal.kept or (role and not (removal.may_delete(role) and removal.delete_role(role))):
        return added
    added = _empty_out(work, removal, doomed, last, [])
    if not added and not removal.kept:
        removal.delete(category)
    return added


def _empty_out(
    work: Work, removal: Removal, doomed: Doomed, goes: list[Channel], spared: list[Channel]
) -> list[Channel]:
    """Delete channels until a look shows none that was agreed to. Return what somebody added in the meantime."""
    here, about = _here(work, removal.server), {"campaign": doomed.shown}
    spare = {each.id for each in spared}
    for _ in range(ROUNDS):
        going = [each for each in goes if each.id <= removal.since and each.id not in removal.kept]
        for at, channel in enumerate(sorted(going, key=lambda each: each.id == here)):
            if channel.id == here:  # with it goes the message that is the answer
                work.reply.say(Message(say("**{campaign}** is being deleted, and this channel with it.", **about)))
            else:
                left = len(going) - at + len(spared)
                work.reply.progress(say("Deleting **{campaign}**: {left} channels left.", left=left, **about))
            removal.delete(channel)
        there = removal.now().children(doomed.category)
        goes = [each for each in there if doomed.takes(each) and each.id not in spare]
        if not [each for each in goes if each.id <= removal.since and each.id not in removal.kept]:
            break
    return [each for each in goes if each.id not in removal.kept]


def _here(work: Work, server: Server) -> int:
    """Return the channel with which the answer goes: the one that it is in, or that its thread is in."""
    here = int(work.job.channel_id)
    return here if here in server.channels else thread_parent(work.discord, here) or here


def _role_alone(work: Work, removal: Removal, role: Role | None) -> Message:
    """Finish a deletion that got as far as the category; the role is the one that was agreed to."""
    if not work.discord.is_gone(f"/channels/{work.text('campaign', '0')}"):
        raise StoppedError(say("I cannot see the campaign's category any longer. I deleted nothing."))
    if any(str(each.note.category_id) == work.text("campaign") for each in leftovers(work.discord, removal.server)):
        raise StoppedError(
            say(
                "Somebody deleted the category, so I leave the channels that are still there: `/campaign list` "
                "offers to put the campaign together again."
            )
        )
    if work.is_first:
        work.begin()
    if role and removal.may_delete(role):
        removal.delete_role(role)
    if _is_about_nothing(work):
        return Message(say("The category is deleted."))
    return Message(say("The campaign is deleted: its channels, its category and its role."))


def _report(doomed: Doomed, removal: Removal, added: list[Channel], *, counted: bool) -> Message:
    """Say what is gone and what is not. Only a first delivery has `counted` all that was there."""
    if not removal.kept and not added:
        about = {"campaign": doomed.shown, "count": len(doomed.goes), "channels": linked(doomed.older)}
        gone = (
            say("**{campaign}** is deleted: {count} channels, category and role.", **about)
            if counted
            else say("**{campaign}** is deleted: channels, category and role.", **about)
        )
        stayed = say("{channels} stayed, as they are older than the campaign.", **about) if doomed.older else ""
        return Message(f"{gone} {stayed}".strip())
    lines = [say("**{campaign}** could not be deleted as a whole.", campaign=doomed.shown)]
    lines += [f"- {_shown(doomed, id_)}: {why}" for id_, why in removal.kept.items()]
    lines += [say("- {channel}: added after you were asked, so I left it alone", channel=each.named) for each in added]
    lines.append(say("What can go is gone. Settle that, and use `/delete-campaign` again for the rest."))
    return Message(fitted(lines))


def _shown(doomed: Doomed, id_: int) -> str:
    if doomed.role and id_ == doomed.role.id:
        return f"<@&{id_}>"
    return next((each.named for each in (*doomed.goes, doomed.category) if each.id == id_), f"<#{id_}>")
