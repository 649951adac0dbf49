"""The message that invites players. Its last line is the only record of who joined by it, and only the bot can edit it.

Who has the players' role cannot be listed without a privileged intent, so seats are counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from channelwright.components import Button, UnknownButtonError
from channelwright.discord.discord_api import GONE, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.discord.discord_api import Discord
    from channelwright.discord.server import Server

JOINING = frozenset({"campaign.join", "campaign.ask"})
_ID = "[0-9]{1,20}"
# "Players (2 of 5): @ann @bob", in the language of whoever wrote it: only numbers and people are read.
_LINE = re.compile(
    r"(?P<before>[^()]{1,40}\()(?P<count>[0-9]+)(?P<between> [^()<]{1,20} )(?P<seats>[0-9]+)\):"
    rf"(?P<players>(?: <@{_ID}>)*)"
)


@dataclass(frozen=True)
class Invitation:
    """An invitation as it stands in a channel; `text` is all of it but the last line, `words` are that line's.

    One that `is_open` has a button to come in by.
    """

    channel_id: int
    message_id: int
    text: str
    words: tuple[str, str]
    seats: int
    players: tuple[int, ...] = ()
    is_open: bool = True

    @property
    def content(self) -> str:
        joined = "".join(f" <@{each}>" for each in self.players)
        before, between = self.words
        return f"{self.text}\n{before}{len(self.players)}{between}{self.seats}):{joined}"

    def with_player(self, player: int) -> Invitation:
        return replace(self, players=tuple(dict.fromkeys([*self.players, player])))

    def without(self, gone: int) -> Invitation:
        return replace(self, players=tuple(each for each in self.players if each != gone))


def of(message: dict[str, Any]) -> Invitation | None:
    """Return what a message of the bot says; None for every other text."""
    text, _, last = message["content"].rpartition("\n")
    line = _LINE.fullmatch(last)
    if line is None:
        return None
    players = tuple(int(each[2:-1]) for each in line["players"].split())
    words = line["before"], line["between"]
    is_open = any(each.kind in JOINING for each in buttons(message))
    return Invitation(int(message["channel_id"]), int(message["id"]), text, words, int(line["seats"]), players, is_open)


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


def show(discord: Discord, invitation: Invitation, components: Sequence[object] = ()) -> None:
    """Write who is in, into the message, and other buttons if there are any."""
    body: dict[str, object] = {"content": invitation.content, "allowed_mentions": {"parse": []}}
    body |= {"components": list(components)} if components else {}
    discord.patch(f"/channels/{invitation.channel_id}/messages/{invitation.message_id}", body)


def is_asked(discord: Discord, channel_id: int, category_id: int, player: int) -> bool:
    """Tell whether a request of this player is open in the channel where the GM is asked."""
    said = discord.get(f"/channels/{channel_id}/messages?limit=50")
    own = [each for each in said if each["author"]["id"] == str(discord.bot_id())]
    wanted = {"campaign": str(category_id), "player": str(player)}
    return any(button.options.items() >= wanted.items() for each in own for button in buttons(each))


def buttons(message: dict[str, Any]) -> list[Button]:
    """Return what the buttons of a message stand for."""
    found = []
    for each in (part for line in message["components"] for part in line["components"]):
        try:
            found.append(Button.read(each.get("custom_id", "")))
        except UnknownButtonError:  # of a version before this one
            continue
    return found
