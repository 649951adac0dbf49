"""Handing a message back to the queue, to be delivered again when that makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from channelwright.logs import log

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# As many deliveries as the queue's redrive policy allows; after the last one a message goes to the dead-letter queue.
MAX_DELIVERIES = 10


class HandsBack(Protocol):
    """Sets in how many seconds a message, known by its receipt handle, is delivered again."""

    def __call__(self, receipt_handle: str, seconds: float) -> None: ...


@dataclass
class Visibility:
    """Without it a message that was handed back would wait, with its whole group, as long as one whose worker died."""

    queue_url: str
    region: str | None

    @cached_property
    def _client(self) -> SQSClient:
        """Make the client when the first message goes back: few processes ever need it."""
        brief = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
        return boto3.client("sqs", region_name=self.region, config=brief)

    def __call__(self, receipt_handle: str, seconds: float) -> None:
        """Failing to is no failure: the message comes back anyway, when the queue's own time is over.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
        """
        try:
            self._client.change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=ceil(seconds)
            )
        except (BotoCoreError, ClientError) as error:
            log("WARNING", "visibility stays as it is", reason=str(error))
