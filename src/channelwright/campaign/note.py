"""The bot's note in a campaign: by it the bot knows what it made itself.

Discord keeps no maker of a role, and whoever manages roles and channels can prepare both so that they look like a
campaign's. A message's author cannot be chosen, and nobody but its author can edit it: so the bot writes the ids of
what it made into a message in the campaign, in a channel of the GM's if there is one. Text of people's never gets
into it, and its form is read as a whole, so that no name can pass for a note.

https://docs.discord.com/developers/resources/message#edit-message
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.discord.discord_api import RefusedError
from channelwright.discord.server import ANNOUNCEMENT, STAGE, TEXT, VOICE
from channelwright.logs import log
from channelwright.permission_bits import READ_MESSAGE_HISTORY, VIEW_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.discord.discord_api import Discord
    from channelwright.discord.server import Channel, Server

WRITABLE = frozenset({TEXT, VOICE, ANNOUNCEMENT, STAGE})
MOST_READ = 50
HEAD = (
    "**My note on this campaign: please leave it here.** By it I know what I made; "
    "without it I hand out, change and delete nothing."
)
_ID = "[0-9]{1,20}"
ZONE = "[A-Za-z0-9_+/-]{1,40}"
_FORM = re.compile(
    rf"{re.escape(HEAD)}\nCategory <#(?P<category>{_ID})>, players <@&(?P<role>{_ID})>, "
    rf"template `(?P<template>[a-z0-9-]{{1,20}})` (?P<digest>[0-9a-f]{{8}}):(?P<channels>(?: <#{_ID}>| -)*)\n"
    rf"Made for request (?P<made>{_ID})(?:, being deleted for request (?P<deleting>{_ID}))?\."
    rf"(?: Sessions are in `(?P<zone>{ZONE})`\.)?"
    rf"(?: Kept as somebody changed them:(?P<kept>(?: <#{_ID}>| [0-9]{{1,2}})+)\.)?"
    rf"(?: Handed over for request (?P<handed>{_ID})(?: by its GM <@(?P<by>{_ID})>)?\.)?"
    rf"(?: Being repaired for request (?P<repairing>{_ID})\.)?"
)


@dataclass(frozen=True)
class Note:
    """Ids of what the bot made; `channels` in the template's order, None where somebody wants none.

    `digest` is the template's at that time. `made_for` and `deleting_for` are the interactions that asked for it.
    `kept` are channels whose permissions are as somebody wants them, and not the template's. `zone` is the time zone in
    which the GM says when a session is, empty as long as nobody said one. `handed_for` is the interaction that handed
    it over the last time, `handed_by` the GM who did, 0 where it was none. `repairing_for` is the interaction that
    asked for a repair which is not at its end.
    """

    category_id: int
    role_id: int
    template: str
    digest: str
    channels: tuple[int | None, ...]
    made_for: int
    deleting_for: int = 0
    kept: tuple[int, ...] = ()
    zone: str = ""
    handed_for: int = 0
    handed_by: int = 0
    repairing_for: int = 0

    def names(self, channel_id: int) -> bool:
        """Tell whether this is the category or a channel that the bot made: whoever may move channels adds others."""
        return channel_id == self.category_id or channel_id in self.channels

    @property
    def text(self) -> str:
        channels = "".join(" -" if each is None else f" <#{each}>" for each in self.channels)
        parties = f"Category <#{self.category_id}>, players <@&{self.role_id}>"
        deleting = f", being deleted for request {self.deleting_for}" if self.deleting_for else ""
        zone = f" Sessions are in `{self.zone}`." if self.zone else ""
        # By their numbers, for a message has no room for the ids of fifty channels twice.
        numbers = {each: str(at) for at, each in enumerate(self.channels, 1)}
        listed = "".join(f" {numbers.get(each, f'<#{each}>')}" for each in self.kept)
        kept = f" Kept as somebody changed them:{listed}." if self.kept else ""
        return (
            f"{HEAD}\n{parties}, template `{self.template}` {self.digest}:{channels}\n"
            f"Made for request {self.made_for}{deleting}.{zone}{kept}{self._handed}{self._repairing}"
        )

    @property
    def _handed(self) -> str:
        by = f" by its GM <@{self.handed_by}>" if self.handed_by else ""
        return f" Handed over for request {self.handed_for}{by}." if self.handed_for else ""

    @property
    def _repairing(self) -> str:
        return f" Being repaired for request {self.repairing_for}." if self.repairing_for else ""

    @classmethod
    def read(cls, text: str) -> Note | None:
        """Return what a message says; None for every other text."""
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        channels = tuple(None if each == "-" else int(each[2:-1]) for each in form["channels"].split())
        return cls(
            category_id=int(form["category"]),
            role_id=int(form["role"]),
            template=form["template"],
            digest=form["digest"],
            channels=channels,
            made_for=int(form["made"]),
            deleting_for=int(form["deleting"] or 0),
            kept=tuple(filter(None, (_kept(each, channels) for each in (form["kept"] or "").split()))),
            zone=form["zone"] or "",
            handed_for=int(form["handed"] or 0),
            handed_by=int(form["by"] or 0),
            repairing_for=int(form["repairing"] or 0),
        )


def _kept(text: str, channels: Sequence[int | None]) -> int | None:
    """Read which channel is kept: its id, as notes of before had it, or its number among all."""
    if text.startswith("<#"):
        return int(text[2:-1])
    return dict(enumerate(channels, 1)).get(int(text))


@dataclass(frozen=True)
class Written:
    """A note and the message that it is."""

    note: Note
    channel_id: int
    message_id: int


def places(server: Server, category: Channel, role_id: int) -> list[Channel]:
    """Return where a note may be: channels that take messages, those first that players do not see."""
    there = [each for each in server.children(category) if each.type in WRITABLE]
    return sorted(there, key=lambda each: each.allows(role_id, VIEW_CHANNEL))


def found(discord: Discord, server: Server, category: Channel, role_id: int = 0) -> Written | None:
    """Look for the note on a category. It is among the first words of its channel, or pinned, or among the last."""
    # What nobody wrote in comes last: the list may be older than the note.
    for channel in sorted(places(server, category, role_id), key=lambda each: each.is_empty):
        own = in_channel(discord, server, channel)
        mine = [each for each in own if each.note.category_id == category.id]
        if mine:
            return max(mine, key=lambda each: each.message_id)
    return None


def in_channel(discord: Discord, server: Server, channel: Channel) -> list[Written]:
    """Return the notes in a channel; none where the bot may not read."""
    path = f"/channels/{channel.id}/messages?limit={MOST_READ}"
    try:
        messages = discord.get(f"{path}&after={channel.id}")
        if len(messages) == MOST_READ:
            pinned = discord.get(f"/channels/{channel.id}/messages/pins?limit={MOST_READ}")["items"]
            messages += [each["message"] for each in pinned] + discord.get(path)
    except RefusedError:
        return []
    by_me = [each for each in messages if each["author"]["id"] == str(server.bot_id)]
    read = [(Note.read(each["content"]), int(each["id"])) for each in by_me]
    return [Written(note, channel.id, message_id) for note, message_id in read if note]


def write(discord: Discord, channel: Channel, note: Note) -> None:
    """Write the note; with the same nonce it is written once. Where much was said before, it is pinned to be found."""
    body: dict[str, object] = {"content": note.text, "allowed_mentions": {"parse": []}}
    once = {"nonce": f"note-{note.category_id}", "enforce_nonce": True}
    written = discord.post(f"/channels/{channel.id}/messages", body | once)
    if not channel.is_empty:
        try:
            discord.put(f"/channels/{channel.id}/messages/pins/{written['id']}")
        except RefusedError as refusal:
            log("WARNING", "the note is not pinned", reason=str(refusal), channel=channel.id)


def rewrite(discord: Discord, note: Note, before: Written) -> None:
    """Change the note that there is."""
    body: dict[str, object] = {"content": note.text, "allowed_mentions": {"parse": []}}
    if before.note != note:
        discord.patch(f"/channels/{before.channel_id}/messages/{before.message_id}", body)


def may_be_read(server: Server) -> bool:
    """Tell whether the bot can look for notes at all: without Read Message History every channel seems empty."""
    return bool(server.bits & READ_MESSAGE_HISTORY)
