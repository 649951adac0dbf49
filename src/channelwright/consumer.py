"""The queue's consumer: jobs in order, and the word to SQS which of them to deliver again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channelwright import discord_api
from channelwright.jobs import Job, MalformedError
from channelwright.logs import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.templates import Channel


@dataclass(frozen=True)
class Consumer:
    channels: tuple[Channel, ...]

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
        """Work through a batch. At the first failure a FIFO queue stops: that message and all after it come again.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        records = event["Records"]
        for done, record in enumerate(records):
            try:
                self.work(Job.from_json(record["body"]))
            except MalformedError as error:
                log("ERROR", "malformed message", message=record["messageId"], reason=str(error))
                return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records[done:]]}
        return {"batchItemFailures": []}

    def work(self, job: Job) -> None:
        """Log the calls that the campaign takes which was asked for; raise MalformedError."""
        name = job.options.get("name")
        if job.kind != "add-campaign" or not isinstance(name, str):
            raise MalformedError("wrong or missing: kind or options.name")
        calls = discord_api.campaign(job.guild_id, name, self.channels)
        log("INFO", "planned", calls=[discord_api.summary(call) for call in calls], **job.ids)
