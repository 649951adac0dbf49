"""The interactions endpoint: verify, queue and answer within three seconds.

https://docs.discord.com/developers/interactions/receiving-and-responding

No wish is carried out here, and Discord is not asked for anything: this function knows the application's public key
and the queue. All answers are for the invoker's eyes alone, since names and members of campaigns are private.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from discord_interactions import InteractionResponseFlags, InteractionResponseType, InteractionType

from channelwright.components import ANYONE, ASIDE, CANCEL, Button, UnknownButtonError
from channelwright.endpoint import commands, validation
from channelwright.endpoint.commands import UnknownCommandError
from channelwright.endpoint.queue import Queue, QueueError, UnsureQueueError
from channelwright.endpoint.signature import UnverifiedError, public_key, verify
from channelwright.endpoint.validation import DeclinedError
from channelwright.endpoint.web import Request, response
from channelwright.environment import required
from channelwright.jobs import Job, MalformedError, json_object, locale
from channelwright.logs import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nacl.signing import VerifyKey

    from channelwright.endpoint.web import Response

# Beside the code, as it ships.
TEMPLATES = Path(__file__).parents[2] / "config/campaign_channels.yaml"
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
    templates: Path = TEMPLATES

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Endpoint:
        key, url = required(environment, "DISCORD_PUBLIC_KEY", "QUEUE_URL")
        return cls(public_key(key), Queue.from_environment(environment, url))

    def __call__(self, event: Mapping[str, Any], _context: object) -> Response:
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

    def answer(self, interaction: dict[str, Any]) -> dict[str, object]:
        """Return what to say to a verified interaction; raise MalformedError."""
        kind = interaction.get("type")
        if kind == InteractionType.PING:
            return {"type": InteractionResponseType.PONG}
        if kind == InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
            return self._offer(interaction)
        if kind not in (InteractionType.APPLICATION_COMMAND, InteractionType.MESSAGE_COMPONENT):
            return _say(interaction, "I do not know what to do with that.")
        if not interaction.get("guild_id"):
            return _say(interaction, "Campaigns live in a server: use this command there.")
        if not isinstance(data := interaction.get("data"), dict):
            raise MalformedError("an interaction without data")
        try:
            is_command = kind == InteractionType.APPLICATION_COMMAND
            return self._command(interaction, data) if is_command else self._press(interaction, data)
        except DeclinedError as refusal:
            return _say(interaction, refusal.text, **refusal.about)

    def _offer(self, interaction: dict[str, Any]) -> dict[str, object]:
        """Return what may be chosen, as far as it is typed; there is no way to put this answer off."""
        from channelwright.endpoint.suggestions import offered  # few people type here, and a start pays for each module

        if not isinstance(data := interaction.get("data"), dict):
            raise MalformedError("an interaction without data")
        kind = InteractionResponseType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT
        return {"type": kind, "data": {"choices": offered(data, self.templates)}}

    def _command(self, interaction: dict[str, Any], data: dict[str, Any]) -> dict[str, object]:
        try:
            kind, options = commands.read(data)
        except UnknownCommandError as error:
            log("WARNING", "unknown command", reason=str(error), interaction=interaction.get("id"))
            raise DeclinedError(
                "I do not know this command. If it is new, restart Discord and try again in a minute."
            ) from error
        options = validation.checked(kind, options, data.get("resolved"))
        return self._queued(Job.wished(interaction, kind, options), WAIT)

    def _press(self, interaction: dict[str, Any], data: dict[str, Any]) -> dict[str, object]:
        if not isinstance(custom_id := data.get("custom_id"), str):
            raise MalformedError("a press without a custom_id")
        try:
            button = Button.read(custom_id)
        except UnknownButtonError as error:
            log("WARNING", "unknown button", reason=str(error), interaction=interaction.get("id"))
            raise DeclinedError("I no longer know this button. Please run the command again.") from error
        job = Job.wished(interaction, button.kind, button.options)
        if button.user_id not in {ANYONE, job.user_id}:
            raise DeclinedError(
                "This button is for <@{user}>, who ran the command. Nothing was changed.", user=button.user_id
            )
        if time.time() >= button.expires:
            if button.user_id == ANYONE:
                raise DeclinedError("This button has expired. Nothing was changed; ask the GM for a new one.")
            raise DeclinedError("This button has expired. Nothing was changed; please run the command again.")
        if button.kind == CANCEL:
            return _replace(interaction, "Cancelled: nothing was deleted.")
        return self._queued(job, WAIT if button.kind in ASIDE else WITHOUT_BUTTONS)

    def _queued(self, job: Job, reply: dict[str, object]) -> dict[str, object]:
        try:
            self.queue.put(job)
        except UnsureQueueError as error:
            log("ERROR", "queue silent", reason=str(error), **job.ids)
            raise DeclinedError(
                "I do not know whether I could take that on: my queue did not answer in time. If nothing has happened "
                "in two minutes, please try again; what is there already is not made twice."
            ) from error
        except QueueError as error:
            log("ERROR", "queue refused", reason=str(error), **job.ids)
            raise DeclinedError("I could not take that on just now; nothing was changed. Please try again.") from error
        log("INFO", "queued", **job.ids)
        return reply


def _say(interaction: Mapping[str, Any], text: str, **about: object) -> dict[str, object]:
    """Answer at once, visible to the invoker alone."""
    said = _in_words(interaction, text, about)
    data = {"content": said, "flags": InteractionResponseFlags.EPHEMERAL, "allowed_mentions": {"parse": []}}
    return {"type": InteractionResponseType.CHANNEL_MESSAGE_WITH_SOURCE, "data": data}


def _replace(interaction: Mapping[str, Any], text: str) -> dict[str, object]:
    """Put this in place of the message with the button that was pressed, and of its buttons."""
    said = _in_words(interaction, text, {})
    data = {"content": said, "embeds": [], "components": [], "allowed_mentions": {"parse": []}}
    return {"type": InteractionResponseType.UPDATE_MESSAGE, "data": data}


def _in_words(interaction: Mapping[str, Any], text: str, about: Mapping[str, object]) -> str:
    """Return a text in the language of the one who reads it."""
    from channelwright.language import say, speaking  # few answers are given here, and a start pays for each module

    with speaking(locale(interaction.get("locale"))):
        return say(text, **about)
