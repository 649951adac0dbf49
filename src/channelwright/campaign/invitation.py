"""The message that invites players. Its last line is the only record of who joined by it, and only the bot can edit it.

Who has the players' role cannot be listed without a privileged intent, so seats are counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from channelwright.discord.discord_api import GONE, RefusedError

if TYPE_CHECKING:
    from channelwright.discord.discord_api import Discord
    from channelwright.discord.server import Server

_ID = "[0-9]{1,20}"
# "Players (2 of 5): @ann @bob", in the language of whoever wrote it: only numbers and people are read.
_LINE = re.compile(
    r"(?P<before>[^()]{1,40}\()(?P<count>[0-9]+)(?P<between> [^()<]{1,20} )(?P<seats>[0-9]+)\):"
    rf"(?P<players>(?: <@{_ID}>)*)"
)


@dataclass(frozen=True)
class Invitation:
    """An invitation as it stands in a channel; `text` is all of it but the last line, `words` are that line's."""

    channel_id: int
    message_id: int
    text: str
    words: tuple[str, str]
    seats: int
    players: tuple[int, ...] = ()

    @property
    def content(self) -> str:
        joined = "".join(f" <@{each}>" for each in self.players)
        before, between = self.words
        return f"{self.text}\n{before}{len(self.players)}{between}{self.seats}):{joined}"

    def with_player(self, player: int) -> Invitation:
        return replace(self, players=tuple(dict.fromkeys([*self.players, player])))

    def without(self, *gone: int) -> Invitation:
        return replace(self, players=tuple(each for each in self.players if each not in gone))


def of(message: dict[str, Any]) -> Invitation | None:
    """Return what a message of the bot says; None for every other text."""
    text, _, last = message["content"].rpartition("\n")
    line = _LINE.fullmatch(last)
    if line is None:
        return None
    players = tuple(int(each[2:-1]) for each in line["players"].split())
    words = line["before"], line["between"]
    return Invitation(int(message["channel_id"]), int(message["id"]), text, words, int(line["seats"]), players)


def mark(request: str) -> str:
    """Return what a second delivery of a request knows its invitation by, in every language."""
    return f"\n-# {request}"


def posted(discord: Discord, server: Server, channel_id: int, request: str) -> Invitation | None:
    """Return the invitation that a delivery of this request wrote before."""
    said = discord.get(f"/channels/{channel_id}/messages?limit=50")
    own = [each for each in said if each["author"]["id"] == str(server.bot_id)]
    return next((each for each in map(of, own) if each and each.text.endswith(mark(request))), None)


def read(discord: Discord, server: Server, channel_id: str, message_id: str) -> Invitation | None:
    """Return the invitation in a message; None where it is gone, or is none of the bot's."""
    try:
        message = discord.get(f"/channels/{channel_id}/messages/{message_id}")
    except RefusedError as refusal:
        if refusal.code not in GONE:
            raise
        return None
    return of(message) if message["author"]["id"] == str(server.bot_id) else None


def show(discord: Discord, invitation: Invitation) -> None:
    """Write who is in, into the message."""
    body = {"content": invitation.content, "allowed_mentions": {"parse": []}}
    discord.patch(f"/channels/{invitation.channel_id}/messages/{invitation.message_id}", body)
