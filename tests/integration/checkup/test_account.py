"""Who is signed in and what that identity may do, decided by the emulated IAM from real policies."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deploy.checkup import iam_actions
from deploy.checkup.github_trust import PROVIDER
from tests.integration.checkup.conftest import CONFIG
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

    from tests.integration.checkup.conftest import Ward

RIGHTS = ("the credentials", "what a deploy may do")
GITHUB = "    github: {role: deployer, repository: acme/layers, owner-id: '11', repository-id: '22'}\n"


def statement(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def just_what_is_needed(ward: Ward) -> str:
    wanted = iam_actions.by_resource(ward.site().settings, STAGE, "aws", "123456789012")
    return document(
        *(
            statement(Action=list(actions), Resource=f"{resource[:-2]}:*" if resource.endswith(":1") else resource)
            for resource, actions in wanted.items()
        )
    )


@contextmanager
def signed_in(monkeypatch: pytest.MonkeyPatch, keys: Mapping[str, Any]) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
        if "SessionToken" in keys:
            patch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
        yield


def user(ward: Ward, policy: str) -> Mapping[str, Any]:
    ward.aws.identities.create_user(UserName="deployer")
    ward.aws.identities.put_user_policy(UserName="deployer", PolicyName="deploy", PolicyDocument=policy)
    return ward.aws.identities.create_access_key(UserName="deployer")["AccessKey"]


def test_a_user_with_just_what_a_deploy_needs_may_deploy(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    with signed_in(monkeypatch, user(ward, just_what_is_needed(ward))):
        report = ward.look(*RIGHTS)
    assert report.is_well, report.findings
    assert report.findings[0].what == "signed in as arn:aws:iam::123456789012:user/deployer"
    assert re.fullmatch(r".*:user/deployer may make each of the [0-9]+ calls of a deploy", report.findings[-1].what)


def test_what_a_policy_lacks_and_what_it_denies_are_told(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = document(
        statement(Action="lambda:*"),
        statement(Action="cloudformation:*"),
        statement(Effect="Deny", Action="lambda:PublishLayerVersion"),
    )
    with signed_in(monkeypatch, user(ward, policy)):
        found = ward.look(*RIGHTS).only("broken")
    layer = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer"
    assert found.what.endswith(f"user/deployer may not\nlambda:PublishLayerVersion on {layer}")
    assert found.cause.startswith("denied expressly")


def test_a_policy_that_names_functions_without_their_versions_lacks_the_health_check(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = just_what_is_needed(ward).replace("function:tiny_bot-dev:*", "function:tiny_bot-dev")
    with signed_in(monkeypatch, user(ward, bare)):
        found = ward.look(*RIGHTS).only("broken")
    assert "lambda:InvokeFunction on arn:aws:lambda:eu-central-1:123456789012:function:tiny_bot-dev:1" in found.what
    assert "function:tiny_bot-dev:*" in found.cure


def test_a_session_of_a_role_has_the_rights_of_its_role(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    iam = ward.aws.identities
    trust = document(statement(Action="sts:AssumeRole", Principal={"AWS": "*"}))
    arn = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="deployer", PolicyName="deploy", PolicyDocument=document(statement(Action="lambda:*")))
    sts = ward.aws.session.client("sts")
    with signed_in(monkeypatch, sts.assume_role(RoleArn=arn, RoleSessionName="run-7")["Credentials"]):
        report = ward.look(*RIGHTS)
    assert report.findings[0].what == "signed in as arn:aws:sts::123456789012:assumed-role/deployer/run-7"
    assert f"{arn} may not" in report.only("broken").what


def test_another_account_is_told_and_nothing_is_looked_at_in_it(ward: Ward) -> None:
    ward.configure(CONFIG.replace("123456789012", "999999999999"))
    report = ward.look("the credentials", "the stack")
    assert report.only("broken").what.endswith("for account 123456789012; this stage is 999999999999's")
    assert report.only("unknown").what == "not checked: the stack"


def test_a_stage_without_an_account_and_root_s_credentials_are_warned_of(ward: Ward) -> None:
    ward.configure(CONFIG.replace('    account: "123456789012"\n', ""))
    told = [finding.what for finding in ward.look("the credentials").of("warning")]
    assert told == [
        "no account is named for stage dev; this is 123456789012, eu-central-1",
        "these are the account's root user's credentials",
    ]


def test_without_credentials_the_stage_is_not_looked_at(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    report = ward.look("the credentials", "the account's limits", "what a deploy may do")
    assert "aws sso login" in report.only("broken").cure
    assert len(report.of("unknown")) == 2


def know_github(ward: Ward, *audiences: str) -> None:
    ward.aws.identities.create_open_id_connect_provider(Url=f"https://{PROVIDER}", ClientIDList=audiences)


def trust_of(ward: Ward, subject: str) -> None:
    condition = {"StringEquals": {f"{PROVIDER}:sub": subject, f"{PROVIDER}:aud": "sts.amazonaws.com"}}
    federated = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{PROVIDER}"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": federated}
    ward.aws.identities.create_role(
        RoleName="deployer", AssumeRolePolicyDocument=document({**trust, "Condition": condition})
    )


def test_github_s_trust_is_read_from_the_role(ward: Ward) -> None:
    ward.configure(CONFIG + GITHUB)
    assert ward.look("GitHub's trust").only("broken").what == "there is no role deployer"
    trust_of(ward, "repo:acme@11/layers@22:environment:dev")
    assert "create-open-id-connect-provider" in ward.look("GitHub's trust").only("broken").cure
    know_github(ward, "sts.amazonaws.com")
    assert ward.look("GitHub's trust").is_well


def test_a_provider_that_takes_no_tokens_for_aws_is_told(ward: Ward) -> None:
    ward.configure(CONFIG + GITHUB)
    trust_of(ward, "repo:acme@11/layers@22:environment:dev")
    know_github(ward, "https://github.com/acme")
    assert "add-client-id-to-open-id-connect-provider" in ward.look("GitHub's trust").only("broken").cure


def test_the_classic_subject_of_a_role_is_told(ward: Ward) -> None:
    ward.configure(CONFIG + GITHUB.replace("role: deployer,", "role: deployer, environment: production,"))
    trust_of(ward, "repo:acme/layers:environment:production")
    know_github(ward, "sts.amazonaws.com")
    found = ward.look("GitHub's trust").only("warning")
    assert "repo:acme@11/layers@22:environment:production" in found.cure


def test_a_role_or_a_repository_that_is_not_configured_is_not_checked(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert ward.look("GitHub's trust").only("unknown").cure.startswith("set stages.dev.github")
    ward.configure(f"{CONFIG}    github: {{role: deployer}}\n")
    assert ward.look("GitHub's trust").only("unknown").cure == "set stages.dev.github.repository: ORG/REPO"
