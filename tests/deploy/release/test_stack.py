from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.aws import change_sets, stacks
from deploy.aws.change_sets import ChangeSet, StackChange, Template, WantedStack
from deploy.errors import AwsError, ConfigError
from deploy.release import stack
from deploy.settings import FromEnvironment
from deploy.template import source
from deploy.template.source import ProjectTemplate
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws

# What is read once the stack may be changed, and refused then.
TOO_LARGE = ProjectTemplate("large.yaml", "x" * 51_201)


def test_parameters_come_from_the_settings_and_the_environment() -> None:
    stage = replace(STAGE, parameters={"Colour": "red", "Key": FromEnvironment("KEY")})
    assert stack.parameters(stage, {"KEY": "abc"}) == {"Colour": "red", "Key": "abc"}


def test_what_is_optional_and_not_set_is_left_to_the_stack_and_the_template() -> None:
    stage = replace(STAGE, parameters={"Bound": FromEnvironment("BOUND", optional=True)})
    assert stack.parameters(stage, {}) == {}
    assert stack.parameters(stage, {"BOUND": "arn"}) == {"Bound": "arn"}


def test_every_variable_that_is_not_set_is_named_at_once() -> None:
    stage = replace(STAGE, parameters={"A": FromEnvironment("ONE"), "B": FromEnvironment("TWO"), "C": "text"})
    with pytest.raises(ConfigError) as refused:
        stack.parameters(stage, {"THREE": "3"})
    assert [f"{fault.where}: {fault.what}" for fault in refused.value.faults] == [
        "stages.dev.parameters.A: ONE is not set in the environment",
        "stages.dev.parameters.B: TWO is not set in the environment",
    ]


def test_a_parameter_without_a_default_and_without_a_value_is_named(
    aws: Aws, cloudformation: Stubber, tmp_path: Path
) -> None:
    cloudformation.add_client_error("describe_stacks", "ValidationError", "Stack with id tiny-dev does not exist", 400)
    declared = [{"ParameterKey": "Key"}, {"ParameterKey": "Size", "DefaultValue": "1"}, {"ParameterKey": "Stage"}]
    cloudformation.add_response("get_template_summary", {"Parameters": declared})
    (tmp_path / "template.yaml").write_text("{}")
    with pytest.raises(ConfigError) as refused:
        stack.propose(aws, STAGE, source.file(tmp_path / "template.yaml"), {})
    assert [fault.where for fault in refused.value.faults] == ["stages.dev.parameters.Key"]


def test_only_a_stack_that_does_not_exist_is_absent(aws: Aws, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_stacks", "ValidationError", "Stack with id tiny-dev does not exist", 400)
    assert stacks.read(aws, "tiny-dev") is None
    for code, said in (
        ("ValidationError", "the name is odd"),
        ("AccessDenied", "stack tiny-dev does not exist for you"),
    ):
        cloudformation.add_client_error("describe_stacks", code, said, 400)
        with pytest.raises(AwsError, match=said):
            stacks.read(aws, "tiny-dev")


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("ROLLBACK_COMPLETE", "aws cloudformation delete-stack --stack-name tiny-dev"),
        ("CREATE_FAILED", "aws cloudformation delete-stack --stack-name tiny-dev"),
        ("DELETE_FAILED", "aws cloudformation delete-stack --stack-name tiny-dev"),
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name tiny-dev"),
    ],
)
def test_a_stack_that_cannot_be_changed_comes_with_the_command_that_helps(
    aws: Aws, cloudformation: Stubber, status: str, command: str
) -> None:
    _is(cloudformation, status)
    with pytest.raises(AwsError, match=f"(?s)tiny-dev.*the disk is full.*{command}"):
        stack.propose(aws, STAGE, TOO_LARGE, {})


def test_an_update_that_a_killed_run_left_running_is_waited_for(aws: Aws, cloudformation: Stubber) -> None:
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE"):
        _is(cloudformation, status)
    with pytest.raises(ConfigError, match="is 51,201 bytes"):
        stack.propose(aws, STAGE, TOO_LARGE, {})


def test_a_creation_that_is_being_rolled_back_is_waited_for_and_told(aws: Aws, cloudformation: Stubber) -> None:
    for status in ("ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE"):
        _is(cloudformation, status)
    with pytest.raises(AwsError, match="aws cloudformation delete-stack --stack-name tiny-dev"):
        stack.propose(aws, STAGE, TOO_LARGE, {})


def test_somebody_s_update_that_was_undone_is_no_obstacle(aws: Aws, cloudformation: Stubber) -> None:
    for status in ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
        _is(cloudformation, status)
    with pytest.raises(ConfigError, match="is 51,201 bytes"):
        stack.propose(aws, STAGE, TOO_LARGE, {})


def test_a_stack_that_is_being_deleted_is_made_anew_once_it_is_gone(aws: Aws, cloudformation: Stubber) -> None:
    _is(cloudformation, "DELETE_IN_PROGRESS")
    for _ in range(2):
        said = "Stack with id tiny-dev does not exist"
        cloudformation.add_client_error("describe_stacks", "ValidationError", said, 400)
    with pytest.raises(ConfigError, match="is 51,201 bytes"):
        stack.propose(aws, STAGE, TOO_LARGE, {})


def test_what_failed_first_in_an_update_is_told_first_and_older_updates_are_left_out(
    aws: Aws, cloudformation: Stubber
) -> None:
    for status in ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"):
        _is(cloudformation, status)
    newest_first = [
        _event("tiny-dev", "UPDATE_ROLLBACK_COMPLETE", ""),
        _event("Bot", "UPDATE_FAILED", "Resource update cancelled"),
        _event("Alarm", "UPDATE_FAILED", "second"),
        _event("Queue", "UPDATE_FAILED", "first"),
        _event("tiny-dev", "UPDATE_IN_PROGRESS", "User Initiated"),
        _event("Role", "CREATE_FAILED", "long ago"),
    ]
    cloudformation.add_response("describe_stack_events", {"StackEvents": newest_first[:3], "NextToken": "more"})
    cloudformation.add_response("describe_stack_events", {"StackEvents": newest_first[3:]})
    with pytest.raises(AwsError) as refused:
        stacks.wait(aws, "tiny-dev", creates=False)
    assert [fault.what for fault in refused.value.faults][:2] == ["first", "second"]
    assert "long ago" not in str(refused.value)
    assert "cancelled" not in str(refused.value)


def _is(cloudformation: Stubber, status: str) -> None:
    found = {"StackName": "tiny-dev", "StackStatus": status, "StackStatusReason": "the disk is full"}
    cloudformation.add_response("describe_stacks", {"Stacks": [found | {"CreationTime": "2026-01-01T00:00:00Z"}]})


def _event(name: str, status: str, reason: str) -> dict[str, str]:
    return {
        "StackId": "id",
        "EventId": name,
        "StackName": "tiny-dev",
        "LogicalResourceId": name,
        "PhysicalResourceId": "id" if name == "tiny-dev" else name,
        "ResourceType": "AWS::X",
        "Timestamp": "2026-01-01T00:00:00Z",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


@pytest.mark.parametrize(
    ("kind", "properties", "replacement", "touched"),
    [
        ("AWS::Lambda::Alias", ("FunctionVersion",), "False", "FunctionVersion"),
        ("AWS::Lambda::Alias", ("Description",), "False", "Description"),
        ("AWS::Lambda::Alias", ("ProvisionedConcurrencyConfig",), "False", "ProvisionedConcurrencyConfig"),
        ("AWS::Lambda::Alias", ("FunctionName", "FunctionVersion"), "Conditional", "FunctionName and FunctionVersion"),
        ("AWS::Lambda::Alias", ("FunctionName",), "Conditional", ""),
        ("AWS::Lambda::Alias", ("FunctionName", "FunctionVersion"), "True", ""),
        ("AWS::Lambda::Alias", ("Metadata",), "False", ""),
        ("AWS::Lambda::Version", ("Description",), "True", "Description"),
        ("AWS::Lambda::Version", ("FunctionName",), "True", ""),
        ("AWS::Lambda::Function", ("Code", "MemorySize"), "False", "Code"),
        ("AWS::Lambda::Function", ("MemorySize",), "False", ""),
        ("AWS::SQS::Queue", ("QueueName",), "True", ""),
    ],
)
def test_what_the_rollout_owns_is_refused_and_nothing_else(
    kind: str, properties: tuple[str, ...], replacement: str, touched: str
) -> None:
    change = StackChange("Modify", "Thing", kind, replacement, properties)
    faults = list(stack.trespasses(ChangeSet("tiny-dev", "name", "CREATE_COMPLETE", (change,))))
    assert [each.what for each in faults] == (
        [f"the template would change {touched}, which the rollout owns"] if touched else []
    )


def test_what_may_be_replaced_is_told_apart_from_what_is() -> None:
    changes = (
        StackChange("Remove", "Gone", "AWS::SQS::Queue", "False", ()),
        StackChange("Modify", "Other", "AWS::SQS::Queue", "True", ("QueueName",)),
        StackChange("Modify", "Perhaps", "AWS::X::Y", "Conditional", ("Name",)),
        StackChange("Modify", "Same", "AWS::X::Y", "False", ("Size",)),
    )
    proposed = ChangeSet("tiny-dev", "name", "CREATE_COMPLETE", changes)
    assert stack.destroys(proposed) == ("Gone", "Other", "Perhaps perhaps")


def test_a_mapping_of_a_queue_that_stays_is_not_replaced_for_it(aws: Aws, cloudformation: Stubber) -> None:
    """The answer of AWS to a change of a queue's timeout: the mapping has the queue's ARN."""
    cloudformation.add_response("create_change_set", {"Id": "arn:aws:cloudformation:x"})
    cloudformation.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})
    cloudformation.add_response(
        "describe_change_set",
        {
            "Changes": [
                _resource_change("Jobs", "False", _detail("VisibilityTimeout", "Never")),
                _resource_change("Takes", "Conditional", _detail("EventSourceArn", "Always", "Jobs.Arn")),
                _resource_change("Dead", "Conditional", _detail("QueueName", "Always", "Elsewhere.Arn")),
            ]
        },
    )
    template = Template({"TemplateBody": "{}"}, frozenset(), frozenset(), ())
    proposed = change_sets.propose(aws, WantedStack("tiny-dev", "CREATE_COMPLETE", template, {}, {}))
    assert proposed
    assert [(each.resource, each.replacement) for each in proposed.changes] == [
        ("Jobs", "False"),
        ("Takes", "False"),
        ("Dead", "Conditional"),
    ]


def _resource_change(name: str, replacement: str, detail: dict[str, Any]) -> dict[str, Any]:
    changed = {"Action": "Modify", "LogicalResourceId": name, "ResourceType": "AWS::X", "Replacement": replacement}
    return {"Type": "Resource", "ResourceChange": {**changed, "Details": [detail]}}


def _detail(name: str, recreation: str, cause: str = "") -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation}
    if not cause:
        return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
    return {"Target": target, "Evaluation": "Dynamic", "ChangeSource": "ResourceAttribute", "CausingEntity": cause}
