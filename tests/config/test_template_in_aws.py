"""The bot's template where it is used: functions start with its environment, and AWS makes its stack."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from deploy.configuration import load
from deploy.layer.template_environment import declared, lambda_environment
from deploy.template import source
from tests.config.templates import FUNCTIONS, PROJECT, TEMPLATE
from tests.integration.aws import REGION, emulated_aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef
    from mypy_boto3_lambda import LambdaClient

PARAMETERS = {"Stage": "dev", "NameSuffix": "-dev", "DiscordPublicKey": "ab" * 32}


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
