from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.aws import change_sets, stacks
from deploy.errors import AwsError, ConfigError
from deploy.release import stack
from deploy.settings import FromEnvironment
from deploy.template import source
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from deploy.aws.change_sets import ChangeSet
    from deploy.aws.connection import Aws

TEMPLATE = Path(__file__).with_name("tiny.yaml")
VALUES = {"Greeting": "hello"}


def test_a_new_stack_is_shown_and_then_made(aws: Aws) -> None:
    proposed = _proposed(aws)
    shown = list(stack.lines(proposed, STAGE))
    assert shown[0] == "stack tiny-dev: will be made"
    assert "  add     BotLive        AWS::Lambda::Alias" in shown
    assert stack.makes_functions(proposed)
    change_sets.execute(aws, proposed)
    made = aws.stacks.describe_stacks(StackName="tiny-dev")["Stacks"][0]
    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert {"Key": "channelwright:stage", "Value": "dev"} in made["Tags"]
    assert aws.functions.get_alias(FunctionName="tiny_bot-dev", Name="live")["FunctionVersion"] == "1"
    [output] = stack.outputs(aws, STAGE)
    assert (output.key, output.description) == ("QueueUrl", "where messages go")


def test_a_stack_as_the_template_says_has_no_changes_and_keeps_no_change_set(aws: Aws) -> None:
    change_sets.execute(aws, _proposed(aws))
    assert stack.propose(aws, STAGE, source.file(TEMPLATE), VALUES) is None
    assert list(stack.lines(None, STAGE)) == ["stack tiny-dev: no changes"]
    assert _waiting(aws) == []


def test_a_change_is_shown_with_its_properties_and_is_no_creation(aws: Aws) -> None:
    change_sets.execute(aws, _proposed(aws))
    proposed = _proposed(aws, {**VALUES, "Memory": "512"})
    assert list(stack.lines(proposed, STAGE)) == [
        "stack tiny-dev: will be changed",
        "  modify  Bot  AWS::Lambda::Function  MemorySize",
    ]
    assert not stack.makes_functions(proposed)
    assert stack.destroys(proposed) == ()
    change_sets.execute(aws, proposed)
    assert aws.functions.get_function_configuration(FunctionName="tiny_bot-dev")["MemorySize"] == 512


def test_what_would_be_replaced_or_removed_is_named(aws: Aws, tmp_path: Path) -> None:
    change_sets.execute(aws, _proposed(aws))
    text = TEMPLATE.read_text().replace('"tiny${NameSuffix}.fifo"', '"other${NameSuffix}.fifo"')
    proposed = _proposed(aws, template=_written(tmp_path, text))
    assert stack.destroys(proposed) == ("Queue",)
    assert "  modify  Queue  AWS::SQS::Queue  REPLACED  QueueName" in list(stack.lines(proposed, STAGE))
    change_sets.discard(aws, proposed)


def test_a_discarded_first_change_set_leaves_no_stack(aws: Aws) -> None:
    change_sets.discard(aws, _proposed(aws))
    assert stacks.read(aws, "tiny-dev") is None


def test_a_discarded_change_set_leaves_the_stack(aws: Aws) -> None:
    change_sets.execute(aws, _proposed(aws))
    change_sets.discard(aws, _proposed(aws, {**VALUES, "Memory": "512"}))
    assert aws.functions.get_function_configuration(FunctionName="tiny_bot-dev")["MemorySize"] == 128
    assert _waiting(aws) == []


def test_a_first_change_set_that_a_killed_run_left_is_no_obstacle(aws: Aws) -> None:
    _proposed(aws)
    proposed = _proposed(aws)
    assert proposed.creates
    change_sets.discard(aws, proposed)
    assert aws.stacks.describe_stacks(StackName="tiny-dev")["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    change_sets.execute(aws, _proposed(aws))
    assert stack.propose(aws, STAGE, source.file(TEMPLATE), VALUES) is None


@pytest.mark.parametrize(
    ("was", "becomes", "names"),
    [
        ("Code: {ZipFile: \"raise RuntimeError('no release yet')\"}", "Code: {ZipFile: pass}", ["Bot", "Worker"]),
        ("!GetAtt BotVersion.Version", '"7"', ["BotLive"]),
        ("MemorySize: !Ref Memory", "Layers: ['arn:aws:lambda:eu-central-1:123456789012:layer:x:1']", ["Bot"]),
    ],
)
def test_a_change_of_what_the_rollout_owns_is_refused(
    aws: Aws, tmp_path: Path, was: str, becomes: str, names: list[str]
) -> None:
    change_sets.execute(aws, _proposed(aws))
    with pytest.raises(AwsError, match="which the rollout owns") as refused:
        _proposed(aws, template=_written(tmp_path, TEMPLATE.read_text().replace(was, becomes)))
    assert [fault.where for fault in refused.value.faults] == [f"stack tiny-dev: {name}" for name in names]
    assert _waiting(aws) == []


def test_a_stack_that_cannot_be_made_says_what_failed_first_and_next_time_what_to_do(aws: Aws, tmp_path: Path) -> None:
    text = TEMPLATE.read_text().replace(
        "Role: !GetAtt Role.Arn", "Role: !GetAtt Role.Arn\n      TracingConfig: {Mode: No}", 1
    )
    broken = _written(tmp_path, text.replace("FifoQueue: true", "FifoQueue: true, DelaySeconds: 5000"))
    with pytest.raises(AwsError) as refused:
        change_sets.execute(aws, _proposed(aws, template=broken))
    assert refused.value.faults[0].where.split()[0] in {"Queue", "Bot"}
    with pytest.raises(AwsError, match=r"(?s)ROLLBACK_COMPLETE.*aws cloudformation delete-stack --stack-name tiny-dev"):
        _proposed(aws)


def test_parameters_that_do_not_fit_the_template_are_all_named(aws: Aws) -> None:
    with pytest.raises(ConfigError) as refused:
        _proposed(aws, {**VALUES, "Greting": "hello", "Colour": "red"})
    assert [f"{fault.where}: {fault.what}" for fault in refused.value.faults] == [
        "stages.dev.parameters.Colour: the template has no such parameter",
        "stages.dev.parameters.Greting: the template has no such parameter",
    ]


def test_what_is_not_a_template_is_told_with_cloudformations_words(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(AwsError, match="cloudformation:GetTemplateSummary tiny-dev"):
        _proposed(aws, template=_written(tmp_path, "Resources: ["))


def test_an_absent_template_and_one_too_large_name_the_file(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: there is no such file"):
        _proposed(aws, template=tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match=r"template\.yaml: is 51,201 bytes; above 51,200"):
        _proposed(aws, template=_written(tmp_path, "#" * 51_201))


def test_the_projects_own_template_is_made_and_is_then_without_changes(aws: Aws) -> None:
    template = Path(__file__).parents[3] / "config" / "template.yaml"
    stage = replace(STAGE, stack="own", suffix="-own")
    values = {"DiscordPublicKey": "0" * 64}
    proposed = stack.propose(aws, stage, source.file(template), values)
    assert proposed is not None
    change_sets.execute(aws, proposed)
    assert stack.propose(aws, stage, source.file(template), values) is None
    assert "InteractionsUrl" in {output.key for output in stack.outputs(aws, stage)}


def _waiting(aws: Aws) -> list[str]:
    """List the change sets that could still be executed."""
    listed = aws.stacks.list_change_sets(StackName="tiny-dev")["Summaries"]
    return [each["ChangeSetName"] for each in listed if each["ExecutionStatus"] != "EXECUTE_COMPLETE"]


def _proposed(aws: Aws, values: dict[str, str] = VALUES, template: Path = TEMPLATE) -> ChangeSet:
    proposed = stack.propose(aws, STAGE, source.file(template), values)
    assert proposed is not None
    return proposed


def _written(folder: Path, text: str) -> Path:
    path = folder / "template.yaml"
    path.write_text(text)
    return path


def test_a_parameter_without_a_value_keeps_the_stack_s_and_a_new_stack_has_the_template_s_default(aws: Aws) -> None:
    stage = replace(STAGE, parameters={"Memory": FromEnvironment("MEMORY", optional=True), "Greeting": "hello"})

    def made(environment: dict[str, str]) -> int:
        proposed = stack.propose(aws, stage, source.file(TEMPLATE), stack.parameters(stage, environment))
        if proposed:
            change_sets.execute(aws, proposed)
        return aws.functions.get_function_configuration(FunctionName="tiny_bot-dev")["MemorySize"]

    assert made({}) == 128
    assert made({"MEMORY": "256"}) == 256
    assert made({}) == 256


def test_a_template_that_no_call_takes_goes_through_the_bucket_and_is_the_same_one(aws: Aws, tmp_path: Path) -> None:
    large = source.file(_written(tmp_path, f"{TEMPLATE.read_text()}\n# {'x' * 60_000}\n"))
    with pytest.raises(ConfigError, match=r"above 51,200 it has to go through S3\n.*stages.dev.bucket"):
        stack.propose(aws, STAGE, large, VALUES)
    stage = replace(STAGE, bucket="templates")
    aws.objects.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    proposed = stack.propose(aws, stage, large, VALUES)
    assert proposed is not None
    change_sets.execute(aws, proposed)
    assert stack.propose(aws, stage, source.file(TEMPLATE), VALUES) is None
    (kept,) = aws.objects.list_objects_v2(Bucket="templates")["Contents"]
    assert kept["Key"].startswith("channelwright/")


def test_a_template_that_nothing_takes_is_refused(aws: Aws, tmp_path: Path) -> None:
    vast = source.file(_written(tmp_path, f"{TEMPLATE.read_text()}\n# {'x' * 1_048_576}\n"))
    with pytest.raises(ConfigError, match="a template may have 1,048,576"):
        stack.propose(aws, replace(STAGE, bucket="templates"), vast, VALUES)
