"""Statuses of a stack, by script: the emulated AWS has no updates whose undoing fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.aws.stacks import StackState
from deploy.checkup import stack
from deploy.settings import FromEnvironment
from tests.integration.shipment import STAGE, settings

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws


def says(cloudformation: Stubber, *events: tuple[str, str, str]) -> None:
    made = [
        {
            "StackId": "id",
            "EventId": str(at),
            "StackName": "tiny-dev",
            "Timestamp": "2026-01-01T00:00:00Z",
            "LogicalResourceId": logical,
            "PhysicalResourceId": "id" if logical == "tiny-dev" else logical,
            "ResourceType": "AWS::SQS::Queue",
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
        }
        for at, (logical, status, reason) in enumerate(events)
    ]
    cloudformation.add_response("describe_stack_events", {"StackEvents": made})


@pytest.mark.parametrize(
    ("status", "state", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "broken", "aws cloudformation continue-update-rollback --stack-name tiny-dev"),
        ("ROLLBACK_COMPLETE", "broken", "aws cloudformation delete-stack --stack-name tiny-dev"),
        ("UPDATE_ROLLBACK_COMPLETE", "warning", "the next deploy tries again"),
    ],
)
def test_a_failed_update_is_told_with_what_failed_first(
    aws: Aws, cloudformation: Stubber, status: str, state: str, command: str
) -> None:
    says(
        cloudformation,
        ("Queue", "UPDATE_FAILED", "Resource update cancelled"),
        ("Role", "UPDATE_FAILED", "the role is in use"),
        ("tiny-dev", "UPDATE_IN_PROGRESS", "User Initiated"),
    )
    [found] = stack.status(aws, StackState("tiny-dev", status, "", ()))
    assert (found.state, found.cause) == (state, "Role (AWS::SQS::Queue): the role is in use")
    assert command in found.cure


def test_a_stack_that_is_being_changed_is_a_warning(aws: Aws) -> None:
    [found] = stack.status(aws, StackState("tiny-dev", "UPDATE_IN_PROGRESS", "", ()))
    assert found.state == "warning"


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"])
def test_a_stack_that_is_complete_is_well(aws: Aws, status: str) -> None:
    [found] = stack.status(aws, StackState("tiny-dev", status, "", ()))
    assert found.state == "ok"


def test_an_empty_stack_of_a_change_set_is_none() -> None:
    for state in (None, StackState("tiny-dev", "REVIEW_IN_PROGRESS", "", ())):
        [found] = stack.there(STAGE, state)
        assert (found.state, found.what) == ("broken", "there is no stack tiny-dev")
    assert list(stack.there(STAGE, StackState("tiny-dev", "UPDATE_ROLLBACK_FAILED", "", ()))) == []


def test_a_parameter_whose_variable_is_not_set_is_told_before_a_deploy_stops_at_it(tmp_path: Path) -> None:
    stage = replace(STAGE, parameters={"Key": FromEnvironment("KEY")})
    made = settings(tmp_path, template=tmp_path / "template.yaml")
    [found] = stack.parameters(made, stage, {})
    assert (found.state, found.cure) == ("broken", "export KEY=…")
    assert [each.state for each in stack.parameters(made, stage, {"KEY": "abc"})] == ["ok"]
