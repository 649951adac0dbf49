"""Two stages of an account, each with its roles' policies and no other rights, where the emulated AWS enforces them.

What the emulator does not judge, or not by the resource, is judged in test_stage_roles. It does not know the resource
of iam:SimulatePrincipalPolicy, takes GetFunctionConcurrency and GetLayerVersion for their neighbours, and asks about a
function where a version is invoked: for these, roles get a policy more. It takes UpdateAlias and DeleteAlias for
ListAliases, which everybody may who looks: so these are not tried here.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy.__main__ import main
from deploy.aws.connection import CONFIG, Aws
from deploy.configuration import load
from deploy.prepare import Prepared
from deploy.published.downloads import Downloads
from deploy.release.deploy import Deployment
from deploy.scan.targets import live
from tests.integration.aws import ACCOUNT, REGION, EmulatedAws, emulated_aws
from tests.integration.release.conftest import hurry
from tests.integration.release.stage_roles import GITHUB, ROLES, made, without_provider
from tests.integration.shipment import HEALTH, Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TINY = Path(__file__).with_name("tiny.yaml")
PIPELINE = f"""
layers: {{tiny-layer: {{}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
template: template.yaml
stages:
  dev: {{region: {REGION}, stack: tiny-dev, suffix: -dev, parameters: {{Greeting: hello}}}}
  prod: {{region: {REGION}, stack: tiny-prod, parameters: {{Greeting: hello}}}}
"""
OF_THE_EMULATOR = ["iam:SimulatePrincipalPolicy", "lambda:ListLayers", "lambda:PutFunctionConcurrency"]
ROLES_OF = {
    "dev": {"Environment": "dev", "Stack": "tiny-dev", "NameSuffix": "-dev", "PromoteEnvironment": "prod"},
    "prod": {"Environment": "prod", "Stack": "tiny-prod", "OtherSuffix": "-dev"},
}


STAGES = {stage: wanted.get("NameSuffix", "") for stage, wanted in ROLES_OF.items()}


@dataclass(frozen=True)
class Account:
    """The keys of a session of each role, by stage and role; the project that both stages are deployed of."""

    keys: dict[tuple[str, str], dict[str, str]]
    folder: Path
    shop: Shop

    def aws(self, stage: str, role: str) -> Aws:
        held = self.keys[stage, role]
        session = boto3.Session(
            held["AWS_ACCESS_KEY_ID"], held["AWS_SECRET_ACCESS_KEY"], held["AWS_SESSION_TOKEN"], region_name=REGION
        )
        return Aws(session, ACCOUNT, CONFIG)

    def deploy(self, stage: str, release: str) -> None:
        settings = load(self.folder, os.environ)
        wanted = settings.stage(stage)
        prepared = Prepared(
            layers=(self.shop.layer({"idna": "3.7"}),), code=self.shop.codes(release), fresh=frozenset()
        )
        aws = self.aws(stage, "DeployRole")
        Deployment(aws, settings, wanted, {"Greeting": "hello"}, prepared, lambda _: None, lambda _: None).deploy()

    @contextmanager
    def signed_in(self, stage: str, role: str) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.keys[stage, role].items():
                patch.setenv(name, value)
            yield


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("strict"), settling=0, AUTH="true") as running:
        yield running


@pytest.fixture(scope="module")
def deployed(strict: EmulatedAws, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """Deploy both stages, each with its own role alone."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "config").mkdir()
    (folder / "config/pipeline.yaml").write_text(PIPELINE)
    (folder / "template.yaml").write_text(TINY.read_text().replace('"tiny${NameSuffix}', '"tiny_jobs${NameSuffix}'))
    strict.reset()
    with pytest.MonkeyPatch.context() as patch:
        hurry(patch)
        for name, value in strict.environment.items():
            patch.setenv(name, value)
        keys = {}
        for stage, wanted in ROLES_OF.items():
            parameters = GITHUB | wanted | {"FunctionPrefix": "tiny_", "LayerPrefix": "tiny-"}
            outputs = made(f"github-{stage}", without_provider(ROLES.read_text()), parameters)
            for role in ("DeployRole", "WatchRole", "PromoteRole"):
                if f"{role}Arn" in outputs:
                    keys[stage, role] = _session(outputs[f"{role}Arn"].rpartition("/")[2])
        account = Account(keys, folder, Shop(folder))
        for stage in ROLES_OF:
            account.deploy(stage, "one")
    return account


@pytest.fixture
def account(deployed: Account, strict: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> Account:
    for name, value in strict.environment.items():
        monkeypatch.setenv(name, value)
    hurry(monkeypatch)
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(deployed.folder / "cache"))
    return deployed


@pytest.mark.parametrize("stage", STAGES)
def test_the_role_that_looks_runs_what_the_nightly_job_runs_and_doctor(
    account: Account, stage: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with account.signed_in(stage, "WatchRole"):
        looked = main(["--project", str(account.folder), "status", "--stage", stage, "--check", "--without-template"])
        assert looked == 0, capsys.readouterr()
        targets, unchecked = live(
            Downloads(account.aws(stage, "WatchRole"), tmp_path),
            load(account.folder, os.environ),
            load(account.folder, os.environ).stage(stage),
        )
        names = {each.where.split(":")[0] for each in targets}
        assert (names, unchecked) == ({"tiny-layer", f"code of tiny_bot{STAGES[stage]}"}, ())
        main(["--project", str(account.folder), "doctor", "--stage", stage])
    said = capsys.readouterr()
    assert "signed in as" in said.out
    assert "not authorized" not in said.out + said.err


ATTEMPTS: dict[str, Callable[[Aws], object]] = {
    "code": lambda aws: aws.functions.update_function_code(FunctionName="tiny_bot", ZipFile=b"x"),
    "configuration": lambda aws: aws.functions.update_function_configuration(FunctionName="tiny_bot", Timeout=9),
    "a version": lambda aws: aws.functions.publish_version(FunctionName="tiny_bot"),
    "another alias": lambda aws: aws.functions.create_alias(FunctionName="tiny_bot", Name="other", FunctionVersion="1"),
    "who may call": lambda aws: aws.functions.add_permission(
        FunctionName="tiny_bot", StatementId="all", Action="lambda:InvokeFunction", Principal="*"
    ),
    "the URL": lambda aws: aws.functions.create_function_url_config(FunctionName="tiny_bot", AuthType="NONE"),
    "a version's deletion": lambda aws: aws.functions.delete_function(FunctionName="tiny_bot", Qualifier="1"),
    "the function's deletion": lambda aws: aws.functions.delete_function(FunctionName="tiny_worker"),
    "an invocation": lambda aws: aws.functions.invoke(FunctionName="tiny_bot"),
    "the stack": lambda aws: aws.stacks.delete_stack(StackName="tiny-prod"),
    "the stack's change": lambda aws: aws.stacks.create_change_set(
        StackName="tiny-prod", ChangeSetName="other", UsePreviousTemplate=True
    ),
    "the queue": lambda aws: aws.queues.set_queue_attributes(
        QueueUrl=_queue(aws), Attributes={"VisibilityTimeout": "1"}
    ),
    "the queue's deletion": lambda aws: aws.queues.delete_queue(QueueUrl=_queue(aws)),
    "the log group": lambda aws: aws.logs.delete_log_group(logGroupName="/aws/lambda/tiny_bot"),
    "the secret": lambda aws: aws.parameters.put_parameter(
        Name="/channelwright/prod/discord-token", Value="x", Type="String"
    ),
}


@pytest.mark.parametrize("role", ["DeployRole", "WatchRole", "PromoteRole"])
@pytest.mark.parametrize("what", ATTEMPTS)
def test_dev_s_roles_are_refused_what_would_change_prod(account: Account, what: str, role: str) -> None:
    with pytest.raises(ClientError, match="not authorized") as refused:
        ATTEMPTS[what](account.aws("dev", role))
    print(f"refused to dev's {role}: {what} of prod ({refused.value.operation_name})")


STRANGERS: dict[str, Callable[[Aws], object]] = {
    "a layer": lambda aws: aws.functions.publish_layer_version(LayerName="other", Content={"ZipFile": b"x"}),
    "a function": lambda aws: aws.functions.delete_function(FunctionName="other", Qualifier="1"),
    "the roles' own stack": lambda aws: aws.stacks.describe_stacks(StackName="github-dev"),
    "the roles": lambda aws: aws.identities.put_role_policy(
        RoleName=_own_role(aws), PolicyName="all", PolicyDocument="{}"
    ),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("what", STRANGERS)
def test_no_role_that_deploys_may_touch_what_is_no_stage_s(account: Account, stage: str, what: str) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        STRANGERS[what](account.aws(stage, "DeployRole"))


@pytest.mark.parametrize("what", ATTEMPTS)
def test_who_may_look_may_change_nothing(account: Account, what: str) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        ATTEMPTS[what](account.aws("prod", "WatchRole"))


def test_a_role_deploys_its_stage_again_and_again(account: Account) -> None:
    for stage in STAGES:
        account.deploy(stage, "two")
        account.deploy(stage, "three")


def _own_role(aws: Aws) -> str:
    return aws.session.client("sts").get_caller_identity()["Arn"].split("/")[1]


def _queue(aws: Aws) -> str:
    return f"{aws.queues.meta.endpoint_url}/{ACCOUNT}/tiny_jobs.fifo"


def _session(role: str) -> dict[str, str]:
    """Take on a role. Nobody signs GitHub's tokens here, so that whoever asks is let in first."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = boto3.client("iam")
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)
    more = [{"Effect": "Allow", "Action": OF_THE_EMULATOR, "Resource": "*"}]
    if "PromoteRole" in role:
        asked = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tiny_*-dev"
        more.append({"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": asked})
    more_document = json.dumps({"Version": "2012-10-17", "Statement": more})
    iam.put_role_policy(RoleName=role, PolicyName="emulator", PolicyDocument=more_document)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    held = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="run-1")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": held["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": held["SecretAccessKey"],
        "AWS_SESSION_TOKEN": held["SessionToken"],
    }
