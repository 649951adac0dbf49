"""Published versions of functions: made, waited for, asked, deleted.

A version keeps its code and its configuration for good:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.waiter import WaiterModel, create_waiter_with_client

from .functions import state_of
from .refusals import asking

if TYPE_CHECKING:
    from mypy_boto3_lambda.waiter import PublishedVersionActiveWaiter

    from .connection import Aws
    from .functions import FunctionState

# botocore has none for a version that starts from a snapshot.
_OPTIMISED = WaiterModel(
    {
        "version": 2,
        "waiters": {
            "VersionOptimised": {
                "operation": "GetFunctionConfiguration",
                "delay": 5,
                "maxAttempts": 180,
                "acceptors": [
                    {"matcher": "path", "argument": "State", "expected": "Failed", "state": "failure"},
                    {
                        "matcher": "path",
                        "argument": "SnapStart.OptimizationStatus",
                        "expected": "On",
                        "state": "success",
                    },
                ],
            }
        },
    }
)


def publish(aws: Aws, latest: FunctionState, code_sha256: str, description: str) -> FunctionState:
    """Make a version of $LATEST as it was read, and wait until it can be invoked.

    Lambda answers with the newest version where that is the same already.
    """
    with asking("lambda:PublishVersion", latest.name):
        made = aws.functions.publish_version(
            FunctionName=latest.name, CodeSha256=code_sha256, RevisionId=latest.revision, Description=description
        )
    ready(aws, latest, made["Version"])
    return state_of(latest.name, made)


def ready(aws: Aws, latest: FunctionState, version: str) -> None:
    """Wait until a version that was made of `latest` can be invoked.

    Where it starts from a snapshot that is once Lambda has taken it, which takes minutes:
    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html
    """
    name = latest.name
    waiter: PublishedVersionActiveWaiter = aws.functions.get_waiter("published_version_active")
    with asking("lambda:GetFunctionConfiguration", f"{name}:{version}"):
        waiter.wait(FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 1, "MaxAttempts": 600})
    if "SnapStart" in latest.configuration:
        optimised(aws, name, version)


def optimised(aws: Aws, name: str, version: str) -> None:
    """Wait until Lambda has taken a version's snapshot, for up to a quarter of an hour; AwsError where it failed to."""
    with asking("lambda:GetFunctionConfiguration", f"{name}:{version}"):
        waiter = create_waiter_with_client("VersionOptimised", _OPTIMISED, aws.functions)
        waiter.wait(FunctionName=name, Qualifier=version)


def delete(aws: Aws, name: str, version: str) -> None:
    """Delete a published version; Lambda refuses one that an alias stands for, and does not mind one that is gone.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
    """
    if not version.isdecimal():
        raise ValueError(f"{version} is no published version: without one, the whole function would go")
    with asking("lambda:DeleteFunction", f"{name}:{version}"):
        try:
            aws.functions.delete_function(FunctionName=name, Qualifier=version)
        except aws.functions.exceptions.ResourceNotFoundException:
            return


@dataclass(frozen=True)
class InvocationAnswer:
    """What an invocation brought: the payload's text, whether the function failed, and the end of its log."""

    payload: bytes
    failed: bool
    log_base64: str


def invoke(aws: Aws, name: str, version: str, event: bytes) -> InvocationAnswer:
    with asking("lambda:InvokeFunction", f"{name}:{version}"):
        try:
            answer = aws.functions.invoke(FunctionName=name, Qualifier=version, LogType="Tail", Payload=event)
        except aws.functions.exceptions.SnapStartNotReadyException:
            # Nobody called it for two weeks, and its snapshot was dropped: this call has another one taken.
            optimised(aws, name, version)
            answer = aws.functions.invoke(FunctionName=name, Qualifier=version, LogType="Tail", Payload=event)
        payload = answer["Payload"].read()
    return InvocationAnswer(payload, "FunctionError" in answer, answer.get("LogResult", ""))
