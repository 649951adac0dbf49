"""What IAM decides, by script: organisations, boundaries and conditions are not in the emulated AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deploy.aws.identity import Identity
from deploy.checkup import iam_actions, rights
from tests.integration.shipment import STAGE, settings

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws
    from deploy.checkup.findings import Finding

USER = Identity("arn:aws:iam::123456789012:user/ci/deployer")
SESSION = Identity("arn:aws:sts::123456789012:assumed-role/deployer/run-7")
ROLE = "arn:aws:iam::123456789012:role/ci/deployer"
TRUST = {"Path": "/ci/", "RoleName": "deployer", "RoleId": "AROA" + "A" * 17, "CreateDate": "2026-01-01T00:00:00Z"}


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of a script come in its order."""
    monkeypatch.setattr(rights, "_AT_ONCE", 1)


def decides(iam: Stubber, folder: Path, principal: str, **special: dict[str, Any]) -> None:
    """Allow all that a deploy asks for, but what `special` says of an action's last part."""
    for resource, actions in iam_actions.by_resource(settings(folder), STAGE, "aws", "123456789012").items():
        results = [
            {"EvalActionName": action, "EvalDecision": "allowed", **special.get(action.partition(":")[2], {})}
            for action in actions
        ]
        asked = {"PolicySourceArn": principal, "ActionNames": list(actions), "ResourceArns": [resource]}
        iam.add_response("simulate_principal_policy", {"EvaluationResults": results, "IsTruncated": False}, asked)


def looked(aws: Aws, folder: Path, identity: Identity = USER) -> list[Finding]:
    return list(rights.for_deploy(aws, identity, settings(folder), STAGE))


def test_all_that_is_allowed_is_one_finding(aws: Aws, iam: Stubber, tmp_path: Path) -> None:
    decides(iam, tmp_path, USER.arn)
    [found] = looked(aws, tmp_path)
    count = sum(map(len, iam_actions.by_resource(settings(tmp_path), STAGE, "aws", "1").values()))
    assert (found.state, found.what) == ("ok", f"{USER.arn} may make each of the {count} calls of a deploy")


def test_a_session_is_simulated_as_its_role_path_and_all(aws: Aws, iam: Stubber, tmp_path: Path) -> None:
    iam.add_response("get_role", {"Role": {**TRUST, "Arn": ROLE}}, {"RoleName": "deployer"})
    decides(iam, tmp_path, ROLE)
    assert [each.state for each in looked(aws, tmp_path, SESSION)] == ["ok"]


def test_a_role_that_may_not_be_read_is_taken_for_one_without_a_path(aws: Aws, iam: Stubber, tmp_path: Path) -> None:
    iam.add_client_error("get_role", "AccessDenied", "not authorized to perform: iam:GetRole")
    decides(iam, tmp_path, "arn:aws:iam::123456789012:role/deployer")
    assert [each.state for each in looked(aws, tmp_path, SESSION)] == ["ok"]


def test_an_identity_that_may_not_simulate_is_told_plainly(aws: Aws, iam: Stubber, tmp_path: Path) -> None:
    iam.add_client_error("simulate_principal_policy", "AccessDenied", "not authorized to simulate")
    [found] = looked(aws, tmp_path)
    assert (found.state, "not authorized to simulate" in found.cause) == ("unknown", True)
    assert found.what == "not checked: what a deploy may do: IAM does not simulate it for this identity"
    assert found.cure.startswith("allow iam:SimulatePrincipalPolicy")


def test_what_no_policy_allows_comes_with_the_statement_that_would(aws: Aws, iam: Stubber, tmp_path: Path) -> None:
    denied = {"EvalDecision": "implicitDeny"}
    decides(iam, tmp_path, USER.arn, InvokeFunction=denied, PublishVersion=denied)
    [found] = looked(aws, tmp_path)
    bot = "arn:aws:lambda:eu-central-1:123456789012:function:tiny_bot-dev"
    assert (found.state, found.cause) == ("broken", "no policy allows it")
    assert f"lambda:PublishVersion on {bot}\n" in found.what
    assert f'{{"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": "{bot}:*"}}' in found.cure


@pytest.mark.parametrize(
    ("decision", "cause"),
    [
        (
            {"EvalDecision": "explicitDeny", "MatchedStatements": [{"SourcePolicyId": "no-fridays"}]},
            "denied expressly by no-fridays",
        ),
        (
            {"EvalDecision": "implicitDeny", "OrganizationsDecisionDetail": {"AllowedByOrganizations": False}},
            "a policy of the organisation does not allow it",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
            },
            "its permissions boundary does not allow it",
        ),
    ],
)
def test_what_another_policy_decides_is_not_to_be_mended_in_the_own_one(
    aws: Aws, iam: Stubber, tmp_path: Path, decision: dict[str, Any], cause: str
) -> None:
    decides(iam, tmp_path, USER.arn, PublishLayerVersion=decision)
    [found] = looked(aws, tmp_path)
    assert (found.state, found.cause) == ("broken", cause)
    assert found.cure == "have it changed by who owns that policy, or sign in as somebody else"


def test_what_depends_on_the_call_itself_is_not_certain(aws: Aws, iam: Stubber, tmp_path: Path) -> None:
    depends = {"EvalDecision": "implicitDeny", "MissingContextValues": ["aws:SourceIp"]}
    decides(iam, tmp_path, USER.arn, PublishLayerVersion=depends)
    [found] = looked(aws, tmp_path)
    assert (found.state, found.cause) == ("warning", "it depends on aws:SourceIp, which only a real call has")


@pytest.mark.usefixtures("iam")
def test_root_is_not_simulated(aws: Aws, tmp_path: Path) -> None:
    [found] = looked(aws, tmp_path, Identity("arn:aws:iam::123456789012:root"))
    assert found.what == "root may do everything: nothing is simulated"
