"""The queue's consumer: jobs in order, and the word to SQS which of them to deliver again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from channelwright.actions import (
    add_campaign,
    campaign_commands,
    delete_campaign,
    deletion,
    doctor,
    gm_commands,
    help_text,
    invite,
    list_campaigns,
    restore,
    sessions,
    unfinished,
)
from channelwright.actions.work import TOKEN_SECONDS, Command, Work
from channelwright.discord.pace import RESERVE_SECONDS, Pace
from channelwright.jobs import Job, MalformedError, OtherVersionError
from channelwright.language import speaking
from channelwright.logs import log
from channelwright.worker.delivery import RENEWED_SECONDS, Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from channelwright.actions.reply import Message
    from channelwright.campaign.templates import Templates
    from channelwright.discord.discord_api import Discord
    from channelwright.worker.redelivery import HandsBack

COMMANDS: Mapping[str, Command] = {
    "add-campaign": add_campaign.add_campaign,
    "campaign.resume": unfinished.resume,
    "campaign.remove": unfinished.remove,
    "delete-campaign": delete_campaign.delete_campaign,
    "delete-campaign.confirm": deletion.confirm,
    "campaign.list": list_campaigns.list_campaigns,
    "campaign.add-player": campaign_commands.add_player,
    "campaign.remove-player": campaign_commands.remove_player,
    "campaign.archive": campaign_commands.archive,
    "campaign.unarchive": campaign_commands.unarchive,
    "campaign.rename": campaign_commands.rename,
    "campaign.add-gm": gm_commands.add_gm,
    "campaign.remove-gm": gm_commands.remove_gm,
    "campaign.hand-over": gm_commands.hand_over,
    "campaign.invite": invite.invite,
    "campaign.join": invite.join,
    "campaign.ask": invite.ask,
    "campaign.leave": invite.leave,
    "campaign.close-invitation": invite.close,
    "campaign.approve": invite.approve,
    "campaign.decline": invite.decline,
    "campaign.session": sessions.session,
    "campaign.plan-session": sessions.plan_session,
    "campaign.sessions": sessions.sessions,
    "campaign.cancel-session": sessions.cancel_session,
    "campaign.help": help_text.help_text,
    "campaign.doctor": doctor.doctor,
    "campaign.keep": doctor.keep,
    "campaign.restore": restore.restore,
}
HAND_BACK_SECONDS = 5.0


class Invocation(Protocol):
    """What Lambda hands to a function beside the event."""

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class Consumer:
    """`clock` and `sleep` are time.time and time.sleep but in tests."""

    templates: Templates
    discord: Discord
    hand_back: HandsBack
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, event: Mapping[str, Any], context: Invocation) -> dict[str, list[dict[str, str]]]:
        """Work through a batch. At the first failure a FIFO queue stops: that message and all after it come again.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        end = self.clock() + context.get_remaining_time_in_millis() / 1000
        records = event["Records"]
        for at, record in enumerate(records):
            wait = self._deliver(record, Pace(end - RESERVE_SECONDS, self.clock, self.sleep))
            if wait is not None:
                for each in records[at:]:
                    self.hand_back(each["receiptHandle"], wait)
                return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records[at:]]}
        return {"batchItemFailures": []}

    def _deliver(self, record: Mapping[str, Any], pace: Pace) -> float | None:
        """Do a job. Return None if that is the end of it, else in how many seconds it shall come again."""
        count = int(record["attributes"]["ApproximateReceiveCount"])
        try:
            job = Job.from_json(record["body"])
        except OtherVersionError as error:
            log("ERROR", "a job of another version", message=record["messageId"], reason=str(error))
            return RENEWED_SECONDS
        except MalformedError as error:  # straight on to the dead-letter queue, where somebody looks at it
            log("ERROR", "malformed message", message=record["messageId"], reason=str(error))
            return 0.0
        reason = f"Channelwright: {job.kind} by {job.user_name} ({job.user_id}), {job.interaction_id}"
        delivery = Delivery.of(job, self.discord.during(pace, reason), count)
        work = Work(job, delivery.discord, delivery.reply, self.templates, is_first=count == 1)
        # What comes after the token's time is told in the campaign, to all who are in it.
        locale = job.locale if pace.now() < job.asked_at + TOKEN_SECONDS else job.guild_locale
        completed = False
        with speaking(locale):
            try:
                wait = delivery.run(work, COMMANDS.get(job.kind, _unknown))
                completed = True
            finally:
                if not completed:  # a fault of ours: it shall not keep the server's other jobs waiting
                    delivery.crashed(work)
                    self.hand_back(record["receiptHandle"], HAND_BACK_SECONDS)
        return wait


def _unknown(work: Work) -> Message:
    raise OtherVersionError(f"there is no command {work.job.kind}")
