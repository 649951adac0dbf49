"""What becomes of a job: done, given up with a word to the user, or to be delivered again, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.actions.reply import Message, Reply
from channelwright.discord.bot_token import NoTokenError
from channelwright.discord.discord_api import BlockedError, DiscordError, NoAnswerError, RefusedError, TokenRefusedError
from channelwright.discord.pace import NoTimeError
from channelwright.jobs import OtherVersionError
from channelwright.language import say
from channelwright.logs import log
from channelwright.stopped import StoppedError
from channelwright.worker.redelivery import MAX_DELIVERIES

if TYPE_CHECKING:
    from channelwright.actions.work import Command, Work
    from channelwright.discord.discord_api import Discord
    from channelwright.jobs import Job

# Longer than a token lives, nobody waits.
LONGEST_WAIT_SECONDS = 900
BLOCKED_SECONDS = 300.0
# A rollout is over well before the last delivery of a job that only the new version knows.
RENEWED_SECONDS = 30.0


@dataclass
class Delivery:
    """The `count`-th time that a job is delivered."""

    job: Job
    discord: Discord
    reply: Reply
    count: int

    @classmethod
    def of(cls, job: Job, discord: Discord, count: int) -> Delivery:
        return cls(job, discord, Reply(discord, job), count)

    def run(self, work: Work, command: Command) -> float | None:
        """Return None if that is the end of it, else in how many seconds the job shall come again."""
        try:
            if (outcome := self._outcome(work, command)) is None:
                log("ERROR", "a job of another application", application=self.job.application_id, **self.job.ids)
                return None
            self._tell(work.told(outcome))
        except NoTimeError as wait:
            return self._later(work, wait.seconds, say("Discord asks me to wait.") if wait.seconds > 1 else "")
        except (NoTokenError, NoAnswerError, BlockedError, OtherVersionError) as error:
            return self._later(work, *self._hindered(error))
        except TokenRefusedError as error:
            log("ERROR", "token refused", reason=str(error), **self.job.ids)
            self._give_up(work, say("Discord refuses my token: whoever runs me has to renew it."))
        log("INFO", "done", delivery=self.count, **self.job.ids)
        return None

    def _hindered(self, error: Exception) -> tuple[float, str]:
        """Return in how many seconds it may go better, and what is in the way, which is logged."""
        soon = min(5.0 * self.count, 30.0)
        about = {"reason": str(error), **self.job.ids}
        if isinstance(error, NoTokenError):
            log("ERROR", "no token", **about)
            return soon, say("I cannot read my own token just now, which AWS keeps for me.")
        if isinstance(error, BlockedError):
            log("ERROR", "blocked", **about)
            return BLOCKED_SECONDS, say("Discord does not let me through just now.")
        if isinstance(error, OtherVersionError):
            log("ERROR", "a job of another version", **about)
            return RENEWED_SECONDS, say("This is a command of another version of me.")
        log("WARNING", "no answer", **about)
        return soon, say("Discord does not answer just now.")

    def crashed(self, work: Work) -> None:
        """Say so if this was the last delivery."""
        if self.count >= MAX_DELIVERIES:
            why = say("{why} I have given up; what is there by now stays.", why=_fault())
            self._last_word(work.told(Message(why)))

    def _give_up(self, work: Work, why: str) -> None:
        self._last_word(work.told(work.unfinished.told(why)))

    def _outcome(self, work: Work, command: Command) -> Message | None:
        """Return what to say, None where nothing may be said: the answer would be in another application's name."""
        try:
            is_own = int(self.job.application_id) == self.discord.application_id()
            return command(work) if is_own else None
        except StoppedError as stop:
            why = work.reason(stop)
            return work.unfinished.told(why) if work.begun else Message(why)
        except RefusedError as refusal:
            log("WARNING", "refused", reason=str(refusal), **self.job.ids)
            return work.unfinished.told(work.reason(refusal))

    def _tell(self, message: Message) -> None:
        """Show the outcome; after the token's 15 minutes in the campaign itself, if there is one. Once."""
        if self.reply.finish(message) or message.home is None:
            return
        path = f"/channels/{message.home}/messages"
        if self.count > 1 and self._is_said(path, message):
            return
        body = {**message.body, "nonce": self.job.interaction_id, "enforce_nonce": True}
        try:
            self.discord.post(path, body)
        except RefusedError as refusal:
            log("WARNING", "nobody could be told", reason=str(refusal), **self.job.ids)

    def _is_said(self, path: str, message: Message) -> bool:
        """Tell whether an earlier delivery got this far: Discord forgets a nonce after some minutes."""
        try:
            said = self.discord.get(f"{path}?limit=50")
        except RefusedError:
            return False
        own = [each for each in said if each["author"]["id"] == str(self.discord.bot_id())]
        first = message.content.partition("\n")[0]
        return any(each["content"].partition("\n")[0] == first for each in own)

    def _later(self, work: Work, seconds: float, why: str) -> float | None:
        """Say when it goes on, and give up if that is too late or was the last time."""
        if seconds > LONGEST_WAIT_SECONDS:
            self._give_up(work, say("{why} It would be possible again {when}.", why=why, when=self._when(seconds)))
            return None
        if self.count >= MAX_DELIVERIES:
            why = why or _fault()
            self._give_up(work, say("{why} I have tried {count} times and given up.", why=why, count=self.count))
        elif why:
            self._aside(Message(say("{why} I go on by myself {when}.", why=why, when=self._when(seconds))))
        return seconds

    def _aside(self, message: Message) -> None:
        try:
            self.reply.say(message)
        except BlockedError as error:
            log("WARNING", "nobody could be told", reason=str(error), **self.job.ids)

    def _last_word(self, message: Message) -> None:
        try:
            self._tell(message)
        except (DiscordError, NoTimeError, NoTokenError) as error:
            log("ERROR", "nobody could be told", reason=str(error), **self.job.ids)

    def _when(self, seconds: float) -> str:
        """Return a moment that every reader sees in their own time."""
        return f"<t:{int(self.discord.pace.now() + seconds) + 1}:R>"


def _fault() -> str:
    return say("Something went wrong on my side.")
