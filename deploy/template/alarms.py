"""The alarms of a function: it raised or ran out of time; messages were given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .function import TAGS
from .intrinsics import Inline, Intrinsic, attribute, ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .function import Named, Resource

CONDITIONS = {"HasAlarmTopic": Intrinsic("Not", [Intrinsic("Equals", [ref("AlarmTopicArn"), ""])])}
_ACTIONS = Intrinsic("If", ["HasAlarmTopic", [ref("AlarmTopicArn")], ref("AWS::NoValue")])


def resources(named: Named) -> Iterator[tuple[str, Resource]]:
    """Yield a function's alarms by their names in the template; none where it asks for none."""
    if not named.own.alarms:
        return
    yield (
        named("ErrorsAlarm"),
        _alarm(
            f"{named.function.name} raised an error or ran out of time",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=Inline([{"Name": "FunctionName", "Value": ref(named("Function"))}]),
            Statistic="Sum",
        ),
    )
    if named.own.queue:
        yield (
            named("DeadLettersAlarm"),
            _alarm(
                f"Messages were given up that {named.function.name} failed on",
                Namespace="AWS/SQS",
                MetricName="ApproximateNumberOfMessagesVisible",
                Dimensions=Inline([{"Name": "QueueName", "Value": attribute(named("DeadLetters"), "QueueName")}]),
                Statistic="Maximum",
            ),
        )


def _alarm(description: str, **of: Any) -> Resource:
    properties = {
        "AlarmDescription": description,
        **of,
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": _ACTIONS,
        "Tags": TAGS,
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
