"""The interactions endpoint: verify, queue and answer within three seconds.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discord_interactions import InteractionResponseFlags, InteractionResponseType, InteractionType

from channelwright.environment import required
from channelwright.jobs import Job, MalformedError, json_object
from channelwright.logs import log
from channelwright.queue import Queue, QueueError
from channelwright.signature import UnverifiedError, public_key, verify
from channelwright.web import Request, response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nacl.signing import VerifyKey

COMMANDS = frozenset({"add-campaign"})


@dataclass(frozen=True)
class Endpoint:
    key: VerifyKey
    queue: Queue

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
        match interaction.get("type"):
            case InteractionType.PING:
                return {"type": InteractionResponseType.PONG}
            case InteractionType.APPLICATION_COMMAND if not interaction.get("guild_id"):
                return _say("Campaigns live in a server: use this command there.")
            case InteractionType.APPLICATION_COMMAND:
                return self._command(Job.from_interaction(interaction))
            case _:
                return _say("I do not know what to do with that.")

    def _command(self, job: Job) -> dict[str, Any]:
        if job.kind not in COMMANDS:
            log("WARNING", "unknown command", **job.ids)
            return _say("I do not know this command.")
        try:
            self.queue.put(job)
        except QueueError as error:
            log("ERROR", "queue refused", reason=str(error), **job.ids)
            return _say("I could not take that on just now; nothing was changed. Please try again.")
        log("INFO", "queued", **job.ids)
        deferred = InteractionResponseType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE
        return {"type": deferred, "data": {"flags": InteractionResponseFlags.EPHEMERAL}}


def _say(text: str) -> dict[str, Any]:
    """Answer at once, visible to the invoker alone."""
    data = {"content": text, "flags": InteractionResponseFlags.EPHEMERAL, "allowed_mentions": {"parse": []}}
    return {"type": InteractionResponseType.CHANNEL_MESSAGE_WITH_SOURCE, "data": data}
