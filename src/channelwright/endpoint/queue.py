"""The one door to SQS, for the sending side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sqs import SQSClient

    from channelwright.jobs import Job


class QueueError(Exception):
    """The queue did not take a message; it may be offered again."""


class UnsureQueueError(QueueError):
    """No answer came: the queue may have the message nevertheless."""


@dataclass(frozen=True)
class Queue:
    client: SQSClient
    url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], url: str) -> Queue:
        """Make the client. Two tries and the second between them leave time to tell the user within Discord's three."""
        brief = Config(connect_timeout=0.7, read_timeout=0.7, retries={"total_max_attempts": 2, "mode": "standard"})
        return cls(boto3.client("sqs", region_name=environment.get("AWS_REGION"), config=brief), url)

    def put(self, job: Job) -> None:
        """Send a job: in order within its server, once within five minutes; raise QueueError."""
        try:
            self.client.send_message(
                QueueUrl=self.url,
                MessageBody=job.to_json(),
                MessageGroupId=job.guild_id,
                MessageDeduplicationId=job.interaction_id,
            )
        except (ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError) as error:
            raise QueueError(str(error)) from error
        except BotoCoreError as error:
            raise UnsureQueueError(str(error)) from error
