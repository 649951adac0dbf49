"""config/template.yaml: what it says, and what an AWS over HTTP makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from channelwright.discord.rate_limits import CALLS_PER_SECOND
from deploy.configuration import load
from deploy.layer.template_environment import declared, lambda_environment
from deploy.template import source
from tests.bot.worker.test_rate_limits import MAPPED
from tests.integration.aws import REGION, emulated_aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef
    from mypy_boto3_lambda import LambdaClient

PROJECT = Path(__file__).parents[2]
TEMPLATE = PROJECT / "config/template.yaml"
FUNCTIONS = {"bot": "Bot", "worker": "Worker"}
PARAMETERS = {"Stage": "dev", "NameSuffix": "-dev", "DiscordPublicKey": "ab" * 32}


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, spelled out: !Ref x is {Ref: x}, !GetAtt a.b is {Fn::GetAtt: a.b}."""


def _spelled_out(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    key = suffix if suffix == "Ref" else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {key: loader.construct_scalar(node)}
    assert isinstance(node, yaml.SequenceNode)
    return {key: loader.construct_sequence(node, deep=True)}


Loader.add_multi_constructor("!", _spelled_out)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(), Loader)  # noqa: S506 - a SafeLoader
    return loaded


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in template["Resources"].items()}


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == f"AWS::{kind}"}


@pytest.mark.parametrize(("key", "resource"), FUNCTIONS.items())
def test_functions_and_aliases_are_those_that_the_pipeline_rolls_out(
    resources: dict[str, dict[str, Any]], key: str, resource: str
) -> None:
    settings = load(PROJECT, {})
    function, configured = resources[resource], settings.functions[key]
    assert function["FunctionName"] == {"Fn::Sub": f"{configured.name}${{NameSuffix}}"}
    assert (function["Handler"], function["Runtime"]) == (configured.handler, settings.runtime)
    assert function["Architectures"] == [{"Ref": "Architecture"}]
    assert resources[f"{resource}Live"] == {
        "Name": configured.alias,
        "FunctionName": {"Ref": resource},
        "FunctionVersion": {"Fn::GetAtt": f"{resource}Version.Version"},
    }


def test_the_parameters_of_every_stage_fit(template: dict[str, Any]) -> None:
    declared = template["Parameters"]
    required = {name for name, each in declared.items() if "Default" not in each}
    for stage in load(PROJECT, {}).stages.values():
        given = {"NameSuffix", "Stage", *stage.parameters}
        assert required <= given <= declared.keys()


def test_no_parameter_is_a_secret(template: dict[str, Any]) -> None:
    assert not [name for name in template["Parameters"] if "Token" in name or "Secret" in name]


@pytest.mark.parametrize("resource", FUNCTIONS.values())
def test_a_call_before_the_first_rollout_fails_with_the_reason(
    resources: dict[str, dict[str, Any]], resource: str
) -> None:
    with pytest.raises(RuntimeError, match="no release yet"):
        exec(resources[resource]["Code"]["ZipFile"], {})  # noqa: S102 - the placeholder, as Lambda would run it


def test_the_url_of_the_bot_s_alias_has_both_permissions_and_no_more(template: dict[str, Any]) -> None:
    assert of_type(template, "Lambda::Url") == {"BotUrl": {"TargetFunctionArn": {"Ref": "BotLive"}, "AuthType": "NONE"}}
    anyone = {"FunctionName": {"Ref": "BotLive"}, "Principal": "*"}
    permissions = list(of_type(template, "Lambda::Permission").values())
    assert len(permissions) == 2
    assert anyone | {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"} in permissions
    assert anyone | {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True} in permissions


def test_the_queue_is_in_order_encrypted_and_hides_a_message_six_times_as_long_as_the_worker_may_take(
    resources: dict[str, dict[str, Any]],
) -> None:
    queue, dead = resources["Jobs"], resources["DeadJobs"]
    assert queue["VisibilityTimeout"] >= 6 * resources["Worker"]["Timeout"]
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": "DeadJobs.Arn"}, "maxReceiveCount": 10}
    for each in (queue, dead):
        assert each["FifoQueue"] is True
        assert each["SqsManagedSseEnabled"] is True
        assert each["QueueName"]["Fn::Sub"].endswith("${NameSuffix}.fifo")
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_the_worker_s_alias_takes_jobs_and_says_which_failed(resources: dict[str, dict[str, Any]]) -> None:
    mapping = resources["WorkerTakesJobs"]
    assert mapping["FunctionName"] == {"Ref": "WorkerLive"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": "Jobs.Arn"}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_all_workers_together_ask_no_more_of_discord_than_a_bot_may(resources: dict[str, dict[str, Any]]) -> None:
    """https://docs.discord.com/developers/topics/rate-limits#global-rate-limit: fifty requests a second."""
    workers = resources["WorkerTakesJobs"]["ScalingConfig"]["MaximumConcurrency"]
    pace = float(resources["Worker"]["Environment"]["Variables"]["DISCORD_CALLS_PER_SECOND"])
    assert (workers, pace) == (MAPPED, CALLS_PER_SECOND)
    assert workers * pace < 50


def test_each_function_may_do_what_it_does_and_nothing_else(resources: dict[str, dict[str, Any]]) -> None:
    jobs = {"Fn::GetAtt": "Jobs.Arn"}
    parameters = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    assert granted(resources["BotRole"]) == [
        (["sqs:SendMessage"], jobs),
        (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": "BotLogs.Arn"}),
    ]
    assert granted(resources["WorkerRole"]) == [
        (["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"], jobs),
        (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": "WorkerLogs.Arn"}),
        (["ssm:GetParameter"], {"Fn::Sub": f"{parameters}/channelwright/${{Stage}}/discord-token"}),
    ]
    for role in ("BotRole", "WorkerRole"):
        assert resources[role].keys() == {"AssumeRolePolicyDocument", "PermissionsBoundary", "Policies", "Tags"}
        assert resources[role]["AssumeRolePolicyDocument"]["Statement"] == [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ]


def granted(role: dict[str, Any]) -> list[tuple[list[str], Any]]:
    statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    assert {each["Effect"] for each in statements} == {"Allow"}
    return [
        ([each["Action"]] if isinstance(each["Action"], str) else each["Action"], each["Resource"])
        for each in statements
    ]


@pytest.mark.parametrize("resource", FUNCTIONS.values())
def test_logs_go_to_a_group_of_the_stack_that_forgets(resources: dict[str, dict[str, Any]], resource: str) -> None:
    function, group = resources[resource], resources[f"{resource}Logs"]
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{resource}Logs"}}
    assert function["Role"] == {"Fn::GetAtt": f"{resource}Role.Arn"}
    assert group["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/{function['FunctionName']['Fn::Sub']}"
    assert 1 <= group["RetentionInDays"] <= 90


def test_there_is_an_alarm_for_dead_letters_errors_and_jobs_that_wait(template: dict[str, Any]) -> None:
    alarms = of_type(template, "CloudWatch::Alarm").values()
    assert {(each["MetricName"], json.dumps(each["Dimensions"][0]["Value"])) for each in alarms} == {
        ("ApproximateNumberOfMessagesVisible", '{"Fn::GetAtt": "DeadJobs.QueueName"}'),
        ("ApproximateAgeOfOldestMessage", '{"Fn::GetAtt": "Jobs.QueueName"}'),
        ("Errors", '{"Ref": "Bot"}'),
        ("Errors", '{"Ref": "Worker"}'),
    }
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    assert [each["AlarmActions"] for each in alarms] == [told] * 4


def test_all_that_can_be_tagged_is_tagged_with_its_stage(template: dict[str, Any]) -> None:
    untaggable = {"AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::Lambda::Url", "AWS::Lambda::Permission"}
    for name, each in template["Resources"].items():
        if each["Type"] not in untaggable:
            assert {"Key": "stage", "Value": {"Ref": "Stage"}} in each["Properties"]["Tags"], name


@pytest.mark.programs
@pytest.mark.parametrize("key", FUNCTIONS)
def test_a_function_starts_with_the_environment_that_the_template_gives_it(key: str, tmp_path: Path) -> None:
    name = f"{load(PROJECT, {}).functions[key].name}-dev"
    own = declared(source.file(TEMPLATE), name, PARAMETERS, REGION)
    done = start(tmp_path / key, key, {**of_lambda(name, own.memory), **own.environment})
    assert done.returncode == 0, done.stderr


@pytest.mark.programs
def test_without_it_the_bot_says_what_is_missing(tmp_path: Path) -> None:
    done = start(tmp_path / "bot", "bot", of_lambda("bot", 128))
    assert "DISCORD_PUBLIC_KEY, QUEUE_URL" in done.stderr


def of_lambda(name: str, memory: int) -> dict[str, str]:
    return lambda_environment(name, REGION, memory=memory, runtime=load(PROJECT, {}).runtime)


def start(task: Path, module: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Import an entry point as Lambda does, from a folder like /var/task, with this environment alone."""
    shutil.copytree(PROJECT / "src", task, ignore=shutil.ignore_patterns("__pycache__"))
    (task / "config").mkdir()
    shutil.copy(PROJECT / "config/campaign_channels.yaml", task / "config")
    return subprocess.run(
        [sys.executable, "-c", f"import {module}; {module}.handler"],
        env=environment,
        cwd=task,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with emulated_aws(tmp_path_factory.mktemp("ministack"), settling=0.01) as running:
        yield running.environment


@pytest.fixture
def stack(emulated: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make the stack of stage dev through a change set; return its outputs."""
    for name, value in emulated.items():
        monkeypatch.setenv(name, value)
    import boto3

    changed(boto3.client("cloudformation"), TEMPLATE.read_text(), "CREATE")
    [made] = boto3.client("cloudformation").describe_stacks(StackName="channelwright-dev")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]}


def changed(stacks: CloudFormationClient, body: str, kind: Any) -> None:
    arn = stacks.create_change_set(
        StackName="channelwright-dev",
        ChangeSetName=f"change-{kind.lower()}",
        ChangeSetType=kind,
        TemplateBody=body,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
    )["Id"]
    quick: WaiterConfigTypeDef = {"Delay": 1, "MaxAttempts": 30}
    stacks.get_waiter("change_set_create_complete").wait(ChangeSetName=arn, WaiterConfig=quick)
    stacks.execute_change_set(ChangeSetName=arn)
    if kind == "CREATE":
        stacks.get_waiter("stack_create_complete").wait(StackName="channelwright-dev", WaiterConfig=quick)
    else:
        stacks.get_waiter("stack_update_complete").wait(StackName="channelwright-dev", WaiterConfig=quick)


@pytest.mark.programs
def test_aws_makes_the_stack_and_a_later_change_leaves_the_live_release_alone(stack: dict[str, str]) -> None:
    import boto3

    functions: LambdaClient = boto3.client("lambda")
    bot = "discord_channelwright_bot-dev"
    assert stack["InteractionsUrl"].startswith("https://")
    assert stack["QueueUrl"].endswith("/discord_channelwright_jobs-dev.fifo")
    assert stack["DeadLetterQueueUrl"].endswith("/discord_channelwright_dead-dev.fifo")
    policy = json.loads(functions.get_policy(FunctionName=bot, Qualifier="live")["Policy"])["Statement"]
    assert sorted((each["Action"], json.dumps(each["Condition"])) for each in policy) == [
        ("lambda:InvokeFunction", '{"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}'),
        ("lambda:InvokeFunctionUrl", '{"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}'),
    ]
    refused = functions.invoke(FunctionName=bot, Qualifier="live", Payload=b"{}")
    assert refused["FunctionError"]
    assert b"no release yet" in refused["Payload"].read()

    functions.update_function_configuration(FunctionName=bot, MemorySize=512)
    released = functions.publish_version(FunctionName=bot)["Version"]
    functions.update_alias(FunctionName=bot, Name="live", FunctionVersion=released)
    body = TEMPLATE.read_text().replace("Timeout: 10", "Timeout: 9")
    changed(boto3.client("cloudformation"), body, "UPDATE")
    assert functions.get_function_configuration(FunctionName=bot)["Timeout"] == 9
    assert functions.get_alias(FunctionName=bot, Name="live")["FunctionVersion"] == released
