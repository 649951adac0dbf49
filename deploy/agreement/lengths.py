"""Names as they are with the stage's suffix, against what AWS takes of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..template_values import TemplateValues


@dataclass(frozen=True)
class LengthRule:
    """How long a name may be, its characters, and the document that says so."""

    length: int
    pattern: str
    source: str


_API = "https://docs.aws.amazon.com/{}/API_{}.html"
_LAMBDA = _API.format("lambda/latest/api", "CreateFunction")
RULES = {
    ("AWS::Lambda::Function", "FunctionName"): LengthRule(64, r"[a-zA-Z0-9_-]+", _LAMBDA),
    ("AWS::Serverless::Function", "FunctionName"): LengthRule(64, r"[a-zA-Z0-9_-]+", _LAMBDA),
    ("AWS::Logs::LogGroup", "LogGroupName"): LengthRule(
        512, r"[\.\-_/#A-Za-z0-9]+", _API.format("AmazonCloudWatchLogs/latest/APIReference", "CreateLogGroup")
    ),
    ("AWS::IAM::Role", "RoleName"): LengthRule(
        64, r"[\w+=,.@-]+", _API.format("IAM/latest/APIReference", "CreateRole")
    ),
    ("AWS::SQS::Queue", "QueueName"): LengthRule(
        80, r"[a-zA-Z0-9_-]+(\.fifo)?", _API.format("AWSSimpleQueueService/latest/APIReference", "CreateQueue")
    ),
    ("AWS::SNS::Topic", "TopicName"): LengthRule(
        256, r"[a-zA-Z0-9_-]+(\.fifo)?", _API.format("sns/latest/api", "CreateTopic")
    ),
    ("AWS::DynamoDB::Table", "TableName"): LengthRule(
        255, r"[a-zA-Z0-9_.-]{3,}", _API.format("amazondynamodb/latest/APIReference", "CreateTable")
    ),
    ("AWS::Events::Rule", "Name"): LengthRule(
        64, r"[\.\-_A-Za-z0-9]+", _API.format("eventbridge/latest/APIReference", "PutRule")
    ),
    ("AWS::CloudWatch::Alarm", "AlarmName"): LengthRule(
        255, r".+", _API.format("AmazonCloudWatch/latest/APIReference", "PutMetricAlarm")
    ),
}
"""By the type of a resource and the property that names it."""


def of_template(values: TemplateValues, where: str) -> Iterator[Fault]:
    """Yield the names in a template that AWS would refuse, with a stage's suffix filled in."""
    for logical, resource in values.resources():
        for (kind, key), rule in RULES.items():
            properties = resource.get("Properties", {})
            if resource.get("Type") == kind and key in properties:
                name = values.known(properties[key])
                if name is not None and (what := wrong(name, rule)):
                    yield Fault(f"{where}: {logical}.{key}", what, rule.source, "shorten it, or the stage's `suffix`")


def wrong(name: str, rule: LengthRule) -> str:
    """Say what AWS would refuse of a name; nothing where it takes it."""
    if len(name) > rule.length:
        return f"{name} has {len(name)} characters; AWS takes {rule.length}"
    return "" if re.fullmatch(rule.pattern, name) else f"{name} has characters that AWS does not take there"
