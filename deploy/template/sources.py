"""What invokes a function, always through its alias: a URL, a queue, a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .function import TAGS
from .intrinsics import Inline, attribute, ref, sub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..settings import Queue
    from .function import Named, Resource

_KEPT_SECONDS = 1_209_600
"""How long a dead letter is kept: 14 days, the most that there is."""


def resources(named: Named) -> Iterator[tuple[str, Resource]]:
    """Yield what a function asks for, by its name in the template."""
    if named.own.url:
        yield from _url(named, public=named.own.url == "public")
    if named.own.queue:
        yield from _queue(named, named.own.queue)
    if named.own.schedule:
        yield from _schedule(named, named.own.schedule)


def outputs(named: Named) -> Iterator[tuple[str, Resource]]:
    """Yield where a function is to be reached from outside."""
    if named.own.url:
        yield named("Url"), {"Value": attribute(named("Url"), "FunctionUrl")}
    if named.own.queue:
        yield named("QueueUrl"), {"Value": ref(named("Queue"))}


def _url(named: Named, *, public: bool) -> Iterator[tuple[str, Resource]]:
    kind = "NONE" if public else "AWS_IAM"
    yield (
        named("Url"),
        {
            "Type": "AWS::Lambda::Url",
            "Properties": {"TargetFunctionArn": ref(named("Alias")), "AuthType": kind},
        },
    )
    if not public:
        return
    # A URL for everybody needs both: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    yield (
        named("UrlAccess"),
        _permission(named, Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE"),
    )
    yield (
        named("UrlInvocation"),
        _permission(named, Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True),
    )


def _queue(named: Named, queue: Queue) -> Iterator[tuple[str, Resource]]:
    end, kind = (".fifo", {"FifoQueue": True}) if queue.fifo else ("", {})
    taken = {
        "QueueName": sub(f"{named.name}{end}"),
        **kind,
        "SqsManagedSseEnabled": True,
        # At least six times the function's timeout: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        "VisibilityTimeout": 6 * named.own.timeout,
        "RedrivePolicy": {
            "deadLetterTargetArn": attribute(named("DeadLetters"), "Arn"),
            "maxReceiveCount": queue.attempts,
        },
        "Tags": TAGS,
    }
    dead = {
        "QueueName": sub(f"{named.function.name}-dead${{NameSuffix}}{end}"),
        **kind,
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": _KEPT_SECONDS,
        "Tags": TAGS,
    }
    source = {
        "FunctionName": ref(named("Alias")),
        "EventSourceArn": attribute(named("Queue"), "Arn"),
        "BatchSize": queue.batch_size,
        "FunctionResponseTypes": Inline(["ReportBatchItemFailures"]),
    }
    yield named("Queue"), {"Type": "AWS::SQS::Queue", "Properties": taken}
    yield named("DeadLetters"), {"Type": "AWS::SQS::Queue", "Properties": dead}
    yield named("QueueSource"), {"Type": "AWS::Lambda::EventSourceMapping", "Properties": source}


def _schedule(named: Named, expression: str) -> Iterator[tuple[str, Resource]]:
    target = {"Id": "alias", "Arn": ref(named("Alias"))}
    rule = {"ScheduleExpression": expression, "Targets": [Inline(target)]}
    yield named("Schedule"), {"Type": "AWS::Events::Rule", "Properties": rule}
    access = _permission(
        named,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=attribute(named("Schedule"), "Arn"),
    )
    yield named("ScheduleAccess"), access


def _permission(named: Named, **properties: object) -> Resource:
    return {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": ref(named("Alias")), **properties}}
