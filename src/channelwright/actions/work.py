"""One delivery of one job, as the commands see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from channelwright.actions.reply import Message
from channelwright.components import ANYONE, Button, Style
from channelwright.discord.discord_api import RefusedError
from channelwright.discord.messages import MISSING_PERMISSIONS, lacking, lacks, reason
from channelwright.discord.server import Server
from channelwright.language import say, speaking
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from channelwright.actions.reply import Reply
    from channelwright.campaign.templates import Templates
    from channelwright.discord.discord_api import Discord
    from channelwright.jobs import Job, Value


# An interaction can be answered for so long: https://docs.discord.com/developers/interactions/receiving-and-responding
TOKEN_SECONDS = 900
SPARE_SECONDS = 60
TURN_SECONDS = 900
# Marks a button for somebody to whom the server's own settings gave the command, without being a GM or a moderator.
BY_SETTINGS = "-s"


class Unfinished(Protocol):
    """What is known of a job that is given up before its end."""

    def told(self, why: str) -> Message: ...


@dataclass(frozen=True)
class InPart:
    """What to say around the reason."""

    before: str = ""
    after: str = ""

    def told(self, why: str) -> Message:
        return Message(" ".join(filter(None, (self.before, why, self.after))))


@dataclass
class Work:
    """`is_first` is whether nothing can have been done yet.

    `unfinished` has the last word for when time runs out for good. `home` is the channel of a campaign's note, once it
    is known that the asker may run it: what was `begun` is told there when the answer can be given no longer.
    """

    job: Job
    discord: Discord
    reply: Reply
    templates: Templates
    is_first: bool
    unfinished: Unfinished = field(default_factory=InPart)
    home: int | None = None
    begun: bool = False

    def look(self, *, rights: bool = True) -> Server:
        """Look at the server, and at the bot's `rights`; in a second delivery, once lists show what the first did."""
        if not self.is_first:
            self.discord.pace.settle()
        return Server.seen(self.discord, self.job.guild_id, rights=rights)

    def reason(self, error: Exception) -> str:
        """Say why something could not be done; of a missing permission, which one, if that can be seen."""
        if isinstance(error, RefusedError) and error.code == MISSING_PERMISSIONS:
            try:
                names = lacking(Server.seen(self.discord, self.job.guild_id).bits)
            except RefusedError:
                names = []
            error = lacks(names) if names else error
        return reason(error, self.job)

    def begin(self, *, begun: bool = False) -> None:
        """Raise StoppedError if what is now to be begun could not be told any longer to the one who asked for it.

        What the server shows to be `begun`, or done, is finished nevertheless, and told in the campaign.
        """
        if not begun and self.discord.pace.now() > self.job.asked_at + TOKEN_SECONDS - SPARE_SECONDS:
            raise StoppedError(say("This waited longer than Discord lets me answer, so I did not begin it."))
        self.begun = True

    def told(self, message: Message) -> Message:
        """Return what is said in the end, with the place for it after the token's time."""
        return replace(message, home=self.home) if self.begun and message.home is None else message

    def in_public(self) -> AbstractContextManager[None]:
        """Speak the server's language for a while: what others read too is in no single reader's."""
        return speaking(self.job.guild_locale)

    def text(self, option: str, default: str = "") -> str:
        return str(self.job.options.get(option, default))

    def button(
        self, kind: str, label: str, style: Style, seconds: int, options: Mapping[str, Value]
    ) -> dict[str, object]:
        """Return a button for the one who asked, good for so many seconds."""
        return self._made(kind, seconds, options).component(label, style)

    def open_button(
        self, kind: str, label: str, style: Style, seconds: int, options: Mapping[str, Value]
    ) -> dict[str, object]:
        """Return a button that anyone may press, good for so many seconds."""
        return replace(self._made(kind, seconds, options), user_id=ANYONE).component(label, style)

    def page(self) -> int:
        """Return the page of a list that is asked for, counted from 0."""
        text = self.text("plan", "0")
        return int(text) if text.isdecimal() else 0

    def turns(self, kind: str, at: int, pages: int, options: Mapping[str, Value]) -> list[dict[str, object]]:
        """Return buttons for the page before this one and the page after it, as far as there are such."""
        return [
            self.button(kind, label, Style.SECONDARY, TURN_SECONDS, {**options, "plan": str(page)})
            for label, page in ((say("Back"), at - 1), (say("More"), at + 1))
            if 0 <= page < pages
        ]

    def _made(self, kind: str, seconds: int, options: Mapping[str, Value]) -> Button:
        details: dict[str, Value] = {name: str(value) if value is not True else True for name, value in options.items()}
        return Button(kind, self.job.user_id, int(self.discord.pace.now()) + seconds, details)


Command = Callable[[Work], Message]
