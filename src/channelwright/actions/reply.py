"""What the user reads: progress while the work goes on, and one message at the end of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from channelwright.components import rows
from channelwright.discord.discord_api import NoAnswerError, RefusedError
from channelwright.discord.pace import NoTimeError
from channelwright.discord.text import MAX_CONTENT
from channelwright.logs import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.discord.discord_api import Discord
    from channelwright.jobs import Job

# An edit costs a call, and people do not read faster.
PROGRESS_SECONDS = 1.2
# Until Discord has taken in the first reply, its message cannot be edited; that was seen to take ten seconds.
UNKNOWN_WEBHOOK = 10015
PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Message:
    """Text, buttons, and the channel that it goes to when the interaction's token is worth nothing any longer."""

    content: str
    buttons: Sequence[dict[str, object]] = ()
    home: int | None = None

    @property
    def body(self) -> dict[str, object]:
        """What Discord takes. Nobody is pinged: names are user text."""
        content, there = self.content[:MAX_CONTENT], rows(self.buttons)
        return {"content": content, "components": there, "allowed_mentions": {"parse": []}}


@dataclass
class Reply:
    """The message that answers an interaction. `gone` says that it cannot be edited any longer."""

    discord: Discord
    job: Job
    gone: bool = False
    _shown: str = ""
    _edited: float = field(default=float("-inf"))

    def progress(self, text: str) -> None:
        """Show how far it is, if that costs no waiting; failing to must not fail the job."""
        now = self.discord.pace.now()
        if self.gone or text == self._shown or now - self._edited < PROGRESS_SECONDS:
            return
        if self.discord.answer_delay(self.job.application_id, self.job.token):
            return
        self._shown, self._edited = text, now
        self.say(Message(text))

    def say(self, message: Message) -> None:
        """Try once to show something."""
        try:
            self.discord.answer(self.job.application_id, self.job.token, message.body, tries=1)
        except RefusedError as refusal:
            self.gone = refusal.code != UNKNOWN_WEBHOOK
            log("WARNING", "progress was not shown", reason=str(refusal), **self.job.ids)
        except (NoAnswerError, NoTimeError) as error:
            log("WARNING", "progress was not shown", reason=str(error), **self.job.ids)

    def finish(self, message: Message) -> bool:
        """Show the outcome. Return False if the answer cannot be edited any longer: after 15 minutes, for example."""
        for pause in PAUSES if not self.gone else ():
            self.discord.pace.wait(pause, last_words=True)
            try:
                self.discord.answer(self.job.application_id, self.job.token, message.body, tries=5)
            except RefusedError as refusal:
                log("WARNING", "the answer was not shown", reason=str(refusal), **self.job.ids)
                if refusal.code != UNKNOWN_WEBHOOK:
                    return False
            else:
                return True
        return False
