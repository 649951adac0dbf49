"""Whether a stack is what a template would make of it, without a change set; what is not sure is left to one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from deploy.release.stage_stack import StageStack
from deploy.template.source import ProjectTemplate
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.aws.connection import Aws

BODY = """
Parameters:
  Greeting: {Type: String}
  Memory: {Type: Number, Default: 128}
  NameSuffix: {Type: String, Default: ""}
Resources:
  Queue: {Type: AWS::SQS::Queue}
"""
THERE = {"Greeting": "hello", "Memory": "128", "NameSuffix": "-dev"}
TAGS = {"channelwright:stage": "dev"}


@pytest.fixture
def stacks(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.stacks) as stubber:
        yield stubber


def is_as(
    aws: Aws,
    stacks: Stubber,
    *,
    body: str = BODY,
    made_with: object = None,
    status: str = "UPDATE_COMPLETE",
    tags: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
    **parameters: Any,
) -> bool:
    """Whether a stack that was made with the values that are `THERE` is as the template with those that are `given`."""
    listed = [
        {"ParameterKey": key} | (value if isinstance(value, dict) else {"ParameterValue": value})
        for key, value in {**THERE, **parameters}.items()
    ]
    found = {
        "StackName": "tiny-dev",
        "CreationTime": 0,
        "StackStatus": status,
        "Parameters": listed,
        "Tags": [{"Key": key, "Value": value} for key, value in (TAGS if tags is None else tags).items()],
    }
    stacks.add_response("describe_stacks", {"Stacks": [found]}, {"StackName": "tiny-dev"})
    text = body if made_with is None else made_with
    asked = {"StackName": "tiny-dev", "TemplateStage": "Original"}
    stacks.add_response("get_template", {"TemplateBody": text}, asked)
    return StageStack.read(aws, STAGE).is_as(ProjectTemplate("it", body), given or {"Greeting": "hello"})


def test_the_same_template_and_values_are_the_same_stack(aws: Aws, stacks: Stubber) -> None:
    assert is_as(aws, stacks)
    stacks.assert_no_pending_responses()


def test_a_template_of_json_is_compared_by_what_it_says(aws: Aws, stacks: Stubber) -> None:
    said = {"Parameters": {"Greeting": {"Type": "String"}}, "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    listed = [{"ParameterKey": "Greeting", "ParameterValue": "hello"}]
    found = {"StackName": "s", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE", "Parameters": listed}
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    for stacks_has, same in ((said, True), ({**said, "Outputs": {}}, False)):
        stacks.add_response("describe_stacks", {"Stacks": [found | {"Tags": tags}]})
        stacks.add_response("get_template", {"TemplateBody": json.dumps(stacks_has)})
        template = ProjectTemplate("it", json.dumps(said, indent=2))
        assert StageStack.read(aws, STAGE).is_as(template, {"Greeting": "hello"}) is same


@pytest.mark.parametrize(
    "other",
    [
        {"made_with": BODY.replace("Queue:", "Jobs:")},
        {"given": {"Greeting": "good morning"}},
        {"given": {"Greeting": "hello", "Memory": "256"}},
        {"given": {"Greeting": "hello", "Unknown": "x"}},
        {"Memory": "256"},
        {"NameSuffix": "-prod"},
        {"tags": {}},
        {"tags": {"channelwright:stage": "prod"}},
        {"tags": {**TAGS, "team": "blue"}},
        {"status": "UPDATE_ROLLBACK_COMPLETE"},
        {"status": "ROLLBACK_COMPLETE"},
    ],
    ids=str,
)
def test_whatever_is_another_is_left_to_a_change_set(aws: Aws, stacks: Stubber, other: dict[str, Any]) -> None:
    assert not is_as(aws, stacks, **other)


@pytest.mark.parametrize(
    "more",
    ["\nTransform: AWS::Serverless-2016-10-31", "\n# {{resolve:ssm:/tiny}}", "\n# AWS::CloudFormation::Stack"],
)
def test_a_template_with_values_that_are_worked_out_anew_is_left_to_a_change_set(
    aws: Aws, stacks: Stubber, more: str
) -> None:
    assert not is_as(aws, stacks, body=BODY + more)


@pytest.mark.parametrize(
    "hidden", [{"ParameterValue": "****"}, {"ParameterValue": "/tiny/greeting", "ResolvedValue": "hello"}]
)
def test_a_value_that_is_hidden_or_looked_up_is_left_to_a_change_set(
    aws: Aws, stacks: Stubber, hidden: dict[str, str]
) -> None:
    given = {"Greeting": hidden["ParameterValue"]}
    assert not is_as(aws, stacks, given=given, Greeting=hidden)


@pytest.mark.parametrize("text", ["Parameters: [a", "none", "Parameters: {Greeting: 1}"])
def test_what_is_no_template_is_left_to_cloudformation_to_refuse(aws: Aws, stacks: Stubber, text: str) -> None:
    assert not is_as(aws, stacks, body=text)
