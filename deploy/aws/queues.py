"""Queues, and the event source mappings through which functions take from them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import asking

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef
    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from .connection import Aws

_ATTRIBUTES: tuple[QueueAttributeNameType, ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "RedrivePolicy",
)


@dataclass(frozen=True)
class QueueState:
    """How many messages wait, are being worked on, and are held back for a while; SQS counts them approximately.

    `dead_letters` is the ARN of the queue that takes what failed too often, empty where there is none.
    """

    arn: str
    waiting: int
    in_flight: int
    delayed: int
    dead_letters: str = ""

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]

    @property
    def messages(self) -> int:
        return self.waiting + self.in_flight + self.delayed


@dataclass(frozen=True)
class EventSource:
    """What a function is given its events from. `qualifier` is the alias or version that gets them, or $LATEST.

    `state` is Lambda's word, Enabled where all is well, and `result` what became of the last batch. `failed` is the
    ARN that takes what could not be processed, empty where there is none. `most` is how many invocations of a queue
    may run at once, None where nothing but the account's own limit ends them.
    """

    arn: str
    function: str
    qualifier: str
    state: str
    result: str
    failed: str
    most: int | None = None

    @property
    def is_queue(self) -> bool:
        return is_queue(self.arn)


def is_queue(arn: str) -> bool:
    return arn.split(":")[2:3] == ["sqs"]


def sources(aws: Aws) -> tuple[EventSource, ...]:
    """List every event source mapping of the account in the region.

    All of them, since one may be an alias's, and its ARN tells which function that is of.
    """
    pages = aws.functions.get_paginator("list_event_source_mappings").paginate()
    with asking("lambda:ListEventSourceMappings", aws.region):
        return tuple(_source(each) for page in pages for each in page["EventSourceMappings"])


def read(aws: Aws, arn: str) -> QueueState | None:
    """Read a queue by its ARN; None where there is none."""
    account, name = arn.split(":")[4:6]
    gone = aws.queues.exceptions.QueueDoesNotExist
    with asking("sqs:GetQueueUrl", name):
        try:
            url = aws.queues.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        except gone:
            return None
    with asking("sqs:GetQueueAttributes", name):
        try:
            found = aws.queues.get_queue_attributes(QueueUrl=url, AttributeNames=list(_ATTRIBUTES))["Attributes"]
        except gone:
            return None
    waiting, in_flight, delayed = (int(found[name]) for name in _ATTRIBUTES[:3])
    policy = json.loads(found.get("RedrivePolicy") or "{}")
    return QueueState(arn, waiting, in_flight, delayed, policy.get("deadLetterTargetArn", ""))


def _source(found: EventSourceMappingConfigurationTypeDef) -> EventSource:
    name, _, qualifier = found["FunctionArn"].partition(":function:")[2].partition(":")
    return EventSource(
        arn=found.get("EventSourceArn", ""),
        function=name,
        qualifier=qualifier or "$LATEST",
        state=found.get("State", ""),
        result=found.get("LastProcessingResult", ""),
        failed=found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""),
        most=found.get("ScalingConfig", {}).get("MaximumConcurrency"),
    )
