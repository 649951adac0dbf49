"""The URL that the stage's stack has, told to Discord; AWS answers by script, Discord over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from deploy.aws.connection import Aws
from deploy.errors import ConfigError
from deploy.settings import Stage
from tools.discord.endpoint import of_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://abc.lambda-url.eu-central-1.on.aws/"
STAGE = Stage(name="dev", region="eu-central-1", stack="bot-dev")
OUTPUT = "InteractionsUrl"


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    aws = Aws(boto3.Session("key", "secret", region_name="eu-central-1"), "123456789012", Config())
    monkeypatch.setattr("deploy.aws.connection.connect", lambda _: aws)
    with Stubber(aws.stacks) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def described(**outputs: str) -> dict[str, Any]:
    stack = {"StackName": "bot-dev", "CreationTime": "2026-01-01T00:00:00Z", "StackStatus": "CREATE_COMPLETE"}
    shown = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
    return {"Stacks": [stack | {"Outputs": shown}]}


def test_the_url_is_the_stack_s_output(cloudformation: Stubber) -> None:
    cloudformation.add_response(
        "describe_stacks", described(QueueUrl="https://queue/", InteractionsUrl=URL), {"StackName": "bot-dev"}
    )
    assert of_stack(STAGE, OUTPUT) == URL


def test_a_stack_without_that_output_is_told_with_what_it_has(cloudformation: Stubber) -> None:
    cloudformation.add_response("describe_stacks", described(QueueUrl="https://queue/"), {"StackName": "bot-dev"})
    with pytest.raises(ConfigError, match=r"has no output InteractionsUrl\n    cause: it has QueueUrl"):
        of_stack(STAGE, OUTPUT)


def test_a_stage_that_was_never_deployed_is_told(cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_stacks", "ValidationError", "Stack with id bot-dev does not exist")
    with pytest.raises(ConfigError, match="there is no such stack"):
        of_stack(STAGE, OUTPUT)


def test_a_project_that_names_no_output_is_told_what_to_do() -> None:
    with pytest.raises(ConfigError, match="--endpoint: names no output"):
        of_stack(STAGE, None)
