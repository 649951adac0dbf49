"""The interactions endpoint: verify, queue and answer within three seconds.

https://docs.discord.com/developers/interactions/receiving-and-responding

No wish is carried out here, and Discord is not asked for anything: this function knows the application's public key
and the queue. All answers are for the invoker's eyes alone, since names and members of campaigns are private.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from discord_interactions import InteractionResponseFlags, InteractionResponseType, InteractionType

from channelwright.components import ANYONE, ASIDE, CANCEL, Button, UnknownButtonError
from channelwright.endpoint import commands, validation
from channelwright.endpoint.commands import UnknownCommandError
from channelwright.endpoint.queue import Queue, QueueError, UnsureQueueError
from channelwright.endpoint.signature import UnverifiedError, public_key, verify
from channelwright.endpoint.validation import RefusedError
from channelwright.endpoint.web import Request, response
from channelwright.environment import required
from channelwright.jobs import Job, MalformedError, json_object
from channelwright.logs import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nacl.signing import VerifyKey

WAIT = {
    "type": InteractionResponseType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE,
    "data": {"flags": InteractionResponseFlags.EPHEMERAL},
}
# Leaves the message as it is until the worker changes it, without its buttons: what was confirmed cannot be cancelled.
WITHOUT_BUTTONS = {"type": InteractionResponseType.UPDATE_MESSAGE, "data": {"components": []}}


class TakesJobs(Protocol):
    def put(self, job: Job, /) -> None:
        """Take a job on; raises QueueError."""
        ...


@dataclass(frozen=True)
class Endpoint:
    key: VerifyKey
    queue: TakesJobs

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Endpoint:
        key, url = required(environment, "DISCORD_PUBLIC_KEY", "QUEUE_URL")
        return cls(public_key(key), Queue.from_environment(environment, url))

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Answer one HTTP request. What Discord did not sign gets 401, whatever it is."""
        try:
            request = Request.from_event(event)
            verify(request, self.key, time.time())
        except (UnverifiedError, ValueError) as refusal:
            log("WARNING", "refused", reason=str(refusal))
            return response(401, {"error": "invalid request signature"})
        try:
            return response(200, self.answer(json_object(request.body)))
        except MalformedError as error:
            log("ERROR", "malformed interaction", reason=str(error))
            return response(400, {"error": "not an interaction"})

    def answer(self, interaction: dict[str, Any]) -> dict[str, Any]:
        """Return what to say to a verified interaction; raise MalformedError."""
        kind = interaction.get("type")
        if kind == InteractionType.PING:
            return {"type": InteractionResponseType.PONG}
        if kind not in (InteractionType.APPLICATION_COMMAND, InteractionType.MESSAGE_COMPONENT):
            return _say("I do not know what to do with that.")
        if not interaction.get("guild_id"):
            return _say("Campaigns live in a server: use this command there.")
        if not isinstance(data := interaction.get("data"), dict):
            raise MalformedError("an interaction without data")
        try:
            is_command = kind == InteractionType.APPLICATION_COMMAND
            return self._command(interaction, data) if is_command else self._press(interaction, data)
        except RefusedError as refusal:
            return _say(str(refusal))

    def _command(self, interaction: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        try:
            kind, options = commands.read(data)
        except UnknownCommandError as error:
            log("WARNING", "unknown command", reason=str(error), interaction=interaction.get("id"))
            return _say("I do not know this command. If it is new, restart Discord and try again in a minute.")
        options = validation.checked(options, data.get("resolved"))
        return self._queued(Job.wished(interaction, kind, options), WAIT)

    def _press(self, interaction: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(custom_id := data.get("custom_id"), str):
            raise MalformedError("a press without a custom_id")
        try:
            button = Button.read(custom_id)
        except UnknownButtonError as error:
            log("WARNING", "unknown button", reason=str(error), interaction=interaction.get("id"))
            return _say("I no longer know this button. Please run the command again.")
        job = Job.wished(interaction, button.kind, button.options)
        if button.user_id not in {ANYONE, job.user_id}:
            return _say(f"This button is for <@{button.user_id}>, who ran the command. Nothing was changed.")
        if time.time() >= button.expires:
            again = "ask the GM for a new one" if button.user_id == ANYONE else "please run the command again"
            return _say(f"This button has expired. Nothing was changed; {again}.")
        if button.kind == CANCEL:
            return _replace("Cancelled: nothing was deleted.")
        return self._queued(job, WAIT if button.kind in ASIDE else WITHOUT_BUTTONS)

    def _queued(self, job: Job, reply: dict[str, Any]) -> dict[str, Any]:
        try:
            self.queue.put(job)
        except UnsureQueueError as error:
            log("ERROR", "queue silent", reason=str(error), **job.ids)
            return _say(
                "I do not know whether I could take that on: my queue did not answer in time. If nothing has happened "
                "in two minutes, please try again; what is there already is not made twice."
            )
        except QueueError as error:
            log("ERROR", "queue refused", reason=str(error), **job.ids)
            return _say("I could not take that on just now; nothing was changed. Please try again.")
        log("INFO", "queued", **job.ids)
        return reply


def _say(text: str) -> dict[str, Any]:
    """Answer at once, visible to the invoker alone."""
    data = {"content": text, "flags": InteractionResponseFlags.EPHEMERAL, "allowed_mentions": {"parse": []}}
    return {"type": InteractionResponseType.CHANNEL_MESSAGE_WITH_SOURCE, "data": data}


def _replace(text: str) -> dict[str, Any]:
    """Put this in place of the message with the button that was pressed, and of its buttons."""
    data = {"content": text, "embeds": [], "components": [], "allowed_mentions": {"parse": []}}
    return {"type": InteractionResponseType.UPDATE_MESSAGE, "data": data}
