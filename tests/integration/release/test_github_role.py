"""A whole release with the rights of deploy/github-role.yaml and no others, where the emulated AWS enforces them.

The trust of the roles cannot be tried here, since nobody signs GitHub's tokens: the policies are given to users. The
emulator does not know identity providers, judges iam:PassRole and DeleteLayerVersion not at all, UpdateAlias and
GetLayerVersion as the lists of both, and what names a change set by its ARN as if it named none, for which the user
gets one policy more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from deploy.aws import functions, layers, stacks
from deploy.aws.connection import CONFIG, Aws, connect
from deploy.errors import AwsError
from deploy.prepare import Prepared
from deploy.published import usage
from deploy.published.downloads import Downloads
from deploy.release.deploy import Deployment
from deploy.scan.targets import live
from tests.integration.aws import ACCOUNT, REGION, EmulatedAws, emulated_aws
from tests.integration.shipment import STAGE, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.settings import Settings
    from tests.integration.shipment import Shop

ROLE = Path(__file__).parents[3] / "deploy" / "github-role.yaml"
PARAMETERS = {
    "Owner": "octo",
    "OwnerId": "1",
    "Repository": "tiny",
    "RepositoryId": "2",
    "Environment": "dev",
    "OidcProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
    "Stack": STAGE.stack,
    "FunctionPrefix": "tiny_",
    "LayerPrefix": "tiny-",
}


OF_THE_EMULATOR = {
    "Effect": "Allow",
    "Action": [f"cloudformation:{verb}ChangeSet" for verb in ("Describe", "Execute", "Delete")],
    "Resource": "*",
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("strict"), settling=0, AUTH="true") as running:
        yield running


@pytest.fixture
def root(strict: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    strict.reset()
    for name, value in strict.environment.items():
        monkeypatch.setenv(name, value)
    return connect(STAGE)


@dataclass(frozen=True)
class Roles:
    deploy: Aws
    watch: Aws


@pytest.fixture
def roles(root: Aws) -> Roles:
    """Make the stack, and a user with the policies of each role that is in it."""
    root.stacks.create_stack(
        StackName="tiny-github-dev",
        TemplateBody=_without_provider(ROLE.read_text()),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
    )
    root.stacks.get_waiter("stack_create_complete").wait(StackName="tiny-github-dev", WaiterConfig={"Delay": 1})
    outputs = {
        each["OutputKey"]: each["OutputValue"]
        for each in root.stacks.describe_stacks(StackName="tiny-github-dev")["Stacks"][0]["Outputs"]
    }
    return Roles(_as_role(root, outputs["DeployRoleArn"]), _as_role(root, outputs["WatchRoleArn"]))


def test_the_role_that_deploys_can_do_a_whole_release_and_the_one_that_looks_can_look(
    roles: Roles, shop: Shop, tmp_path: Path
) -> None:
    project = _project(tmp_path)
    _ship(roles.deploy, project, shop, "one")
    shipped = _ship(roles.deploy, project, shop, "two")
    assert {each.version for each in shipped.release.functions} == {"3"}
    targets, unchecked = live(Downloads(roles.watch, tmp_path / "published"), project, STAGE)
    assert (len(targets), unchecked) == (2, ())
    assert [each.name for each in usage.read(roles.watch).deployed] == ["tiny_bot-dev", "tiny_worker-dev"]
    functions.delete_version(roles.deploy, "tiny_bot-dev", "2")


def test_neither_can_do_what_is_not_its_own(roles: Roles, root: Aws, shop: Shop, tmp_path: Path) -> None:
    _ship(roles.deploy, _project(tmp_path), shop, "one")
    latest = functions.read(roles.watch, "tiny_bot-dev")
    assert latest
    with pytest.raises(AwsError, match="not authorized"):
        functions.update_code(roles.watch, latest, {"ZipFile": b"other"})
    with pytest.raises(AwsError, match="not authorized"):
        functions.delete_version(roles.watch, "tiny_bot-dev", "1")
    with pytest.raises(AwsError, match="not authorized"):
        layers.publish(
            roles.deploy, shop.layer({"idna": "3.7"}, name="somebody-elses").built.spec, {"ZipFile": b""}, ""
        )
    with pytest.raises(AwsError, match="not authorized"):
        functions.delete_version(roles.deploy, "somebody_elses", "1")
    with pytest.raises(AwsError, match="not authorized"):
        stacks.read(roles.deploy, "tiny-github-dev")
    own = next(each["RoleName"] for each in root.identities.list_roles()["Roles"] if "DeployRole" in each["RoleName"])
    with pytest.raises(roles.deploy.identities.exceptions.ClientError, match="not authorized"):
        roles.deploy.identities.put_role_policy(RoleName=own, PolicyName="all", PolicyDocument="{}")


def _without_provider(template: str) -> str:
    head, _, rest = template.partition("  Provider:\n")
    roles = rest.partition("  DeployRole:\n")[2]
    return f"{head}  DeployRole:\n{roles}".replace(
        "!If [MakesProvider, !GetAtt Provider.Arn, !Ref OidcProviderArn]", "!Ref OidcProviderArn"
    )


def _project(folder: Path) -> Settings:
    template = Path(__file__).with_name("tiny.yaml").read_text().replace('"tiny${NameSuffix}', '"tiny_${NameSuffix}')
    (folder / "template.yaml").write_text(template)
    return replace(settings(folder), template=Path("template.yaml"))


def _ship(aws: Aws, project: Settings, shop: Shop, release: str) -> Any:
    prepared = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes(release), fresh=frozenset())
    parameters = {"Greeting": "hello", "NameSuffix": "-dev"}
    return Deployment(aws, project, STAGE, parameters, prepared, lambda _: None, lambda _: False).deploy()


def _as_role(root: Aws, arn: str) -> Aws:
    """Give a new user what the role may do, and sign in as that user."""
    role = arn.rpartition("/")[2]
    user = f"like-{role}"
    root.identities.create_user(UserName=user)
    for name in root.identities.list_role_policies(RoleName=role)["PolicyNames"]:
        policy: Any = root.identities.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        document = policy if isinstance(policy, str) else json.dumps(policy)
        root.identities.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)
    for attached in root.identities.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        root.identities.attach_user_policy(UserName=user, PolicyArn=attached["PolicyArn"])
    if "DeployRole" in role:
        document = json.dumps({"Version": "2012-10-17", "Statement": [OF_THE_EMULATOR]})
        root.identities.put_user_policy(UserName=user, PolicyName="emulator", PolicyDocument=document)
    key = root.identities.create_access_key(UserName=user)["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    return Aws(session, ACCOUNT, CONFIG)
