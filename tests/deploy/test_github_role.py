"""deploy/github-role.yaml: GitHub's jobs may do what the pipeline asks of AWS, and nothing that it does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from deploy.aws.calls import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOY = Path(__file__).parents[2] / "deploy"
UNLIMITED = {
    # What AWS lets nobody limit to a resource, by the Service Authorization Reference.
    "cloudformation:GetTemplateSummary",
    "lambda:GetAccountSettings",
    "lambda:ListEventSourceMappings",
    "lambda:ListFunctions",
    "lambda:ListLayers",
    "lambda:ListLayerVersions",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "sts:GetCallerIdentity",
}
NOT_ASKED_BY_NAME = {
    "s3:GetObject": "Lambda reads an upload with the rights of its caller",
}
NOT_DENIABLE = {"sts:GetCallerIdentity"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""
WATCHED = ("status --without-template", "scan", "doctor")
"""What the nightly job and people run who may only look."""
READ = ("promote --from",)
"""What a promotion does with the role of the stage that it reads."""


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions as {function: value}."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)
    return {suffix: loader.construct_scalar(node)}


_Loader.add_multi_constructor("!", _function)
RESOURCES = yaml.load((DEPLOY / "github-role.yaml").read_text(), Loader=_Loader)["Resources"]  # noqa: S506 - a SafeLoader


def statements(*names: str) -> Iterator[dict[str, Any]]:
    """Yield what inline and managed policies allow, as if every condition held."""
    for name in names:
        properties = RESOURCES[name]["Properties"]
        documents = [each["PolicyDocument"] for each in properties.get("Policies", ())]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            stated = (each["If"][1] if "If" in each else each for each in document["Statement"])
            yield from (each for each in stated if each["Effect"] == "Allow")


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


def recorded_of(*commands: str) -> set[str]:
    return {action for command in commands or recorded() for action in recorded()[command]}


def allowed_to(*names: str) -> set[str]:
    """Return what policies allow, without what CloudFormation does with the role's rights."""
    stated = [each for each in statements(*names) if not each["Sid"].startswith("Stack") or each["Sid"] == "Stacks"]
    return {action for each in stated for action in actions(each)}


def test_the_role_that_deploys_is_allowed_each_call_that_was_recorded_and_no_other() -> None:
    assert len(recorded()["deploy"]) > 20
    assert allowed_to("DeployRole", "Looking") - NOT_ASKED_BY_NAME.keys() == recorded_of()


def test_the_role_that_looks_is_allowed_each_call_of_the_nightly_job_and_doctor_and_no_other() -> None:
    assert allowed_to("Looking") == recorded_of(*WATCHED)


def test_no_action_has_a_wildcard_and_only_what_cannot_be_limited_is_allowed_everywhere() -> None:
    for statement in statements("DeployRole", "WatchRole", "PromoteRole", "Looking"):
        assert not [action for action in actions(statement) if "*" in action], statement["Sid"]
        if statement["Resource"] == "*" and "Condition" not in statement:
            assert set(actions(statement)) <= UNLIMITED, statement["Sid"]


def test_the_role_that_looks_changes_nothing() -> None:
    assert RESOURCES["WatchRole"]["Properties"]["ManagedPolicyArns"] == [{"Ref": "Looking"}]
    assert "Policies" not in RESOURCES["WatchRole"]["Properties"]
    verbs = {
        re.split(r"(?<=[a-z])(?=[A-Z])", action.split(":")[1])[0]
        for e in statements("Looking")
        for action in actions(e)
    }
    assert verbs <= {"Get", "List", "Describe", "Filter", "Simulate"}


def test_the_role_that_a_promotion_reads_with_is_allowed_each_call_that_was_recorded_and_no_other() -> None:
    assert allowed_to("PromoteRole") == recorded_of(*READ) - NOT_DENIABLE
    assert "ManagedPolicyArns" not in RESOURCES["PromoteRole"]["Properties"]


@pytest.mark.parametrize("role", ["DeployRole", "WatchRole", "PromoteRole"])
def test_only_one_subject_and_audience_are_trusted(role: str) -> None:
    (statement,) = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert list(statement["Condition"]) == ["StringEquals"]
    asked = statement["Condition"]["StringEquals"]
    assert sorted(asked) == ["token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"]
    assert asked["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_roles_are_passed_to_lambda_alone() -> None:
    (passing,) = [each for each in statements("DeployRole") if "iam:PassRole" in actions(each)]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def test_no_statement_reaches_the_role_itself() -> None:
    """Its stack is not the stage's, so that a name that begins with the stage's stack is not its own."""
    for statement in statements("DeployRole"):
        if any(action.startswith("iam:") and action != "iam:GetRole" for action in actions(statement)):
            assert statement["Resource"] == {"Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Stack}-*"}
