"""What is written into a campaign once all of it is there: first messages, then the note.

Last of all, for a channel with a message in it is no twin that could be cleared away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.campaign import note, rights
from channelwright.campaign.note import Note
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.campaign.create import Maker
    from channelwright.discord.server import Server


def write(maker: Maker, server: Server) -> None:
    """Write what is missing; raise StoppedError where no channel takes messages."""
    role, category = maker.made.role, maker.made.category
    assert role  # noqa: S101 - all of it is there
    assert category  # noqa: S101
    places = note.places(server, category, role.id)
    if not places:
        raise StoppedError(say("There is no channel in it that takes messages, so I cannot keep my note there."))
    _write_first_messages(maker, server)
    before = note.found(maker.discord, server, category, role.id) if maker.may_be_noted else None
    made_for = before.note.made_for if before else maker.request
    made = [maker.made.channels.get(slot) for slot in maker.plan.slots]
    # What only has the name of one of its channels is found by that, and gets no more than who asks could give.
    ids = tuple(each.id if each and rights.is_vouched_for(maker, each) else None for each in made)
    noted = Note(category.id, role.id, maker.plan.template, maker.plan.digest, ids, made_for)
    if before:
        same = {name: getattr(before.note, name) for name in ("kept", "zone", "handed_for", "handed_by")}
        noted = replace(noted, **same)
    if before:
        note.rewrite(maker.discord, noted, before)
    else:
        note.write(maker.discord, places[0], noted)


def _write_first_messages(maker: Maker, server: Server) -> None:
    """Write into each channel what its template says, once, and only where nobody wrote before."""
    for slot, made in maker.made.channels.items():
        channel = server.channels[made.id]
        if slot.channel.message and channel.is_empty:
            body: dict[str, object] = {"content": slot.channel.message, "allowed_mentions": {"parse": []}}
            nonce = {"nonce": f"word-{channel.id}", "enforce_nonce": True}
            maker.discord.post(f"/channels/{channel.id}/messages", body | nonce)
