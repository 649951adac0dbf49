"""Who the credentials belong to, and what IAM says that they may do.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_iam.type_defs import EvaluationResultTypeDef

    from .connection import Aws

_ACTIONS_IN_A_CALL = 50


@dataclass(frozen=True)
class Identity:
    """A caller, by the ARN that STS names it with: a user's, a session's of a role, or the account's root user."""

    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def is_root(self) -> bool:
        return self.arn.split(":")[5] == "root"

    @property
    def role(self) -> str:
        """The name of the role whose session it is; empty where it is none.

        >>> Identity("arn:aws:sts::123456789012:assumed-role/deployer/run-7").role
        'deployer'
        """
        kind, _, rest = self.arn.split(":")[5].partition("/")
        return rest.partition("/")[0] if kind == "assumed-role" else ""


@dataclass(frozen=True)
class Role:
    """A role: its ARN, which holds its path, and its trust policy as a document."""

    name: str
    arn: str
    trust: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What IAM decides of one action on one resource: "allowed", "explicitDeny" or "implicitDeny".

    `policies` are those that decided; `missing` the condition keys that it had no values for. `by_organization` and
    `by_boundary` are False where a policy of the organisation, or the permissions boundary, does not allow it.
    """

    action: str
    resource: str
    decision: str
    policies: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    by_organization: bool = True
    by_boundary: bool = True

    @property
    def is_allowed(self) -> bool:
        return self.decision == "allowed"


def caller(aws: Aws) -> Identity:
    """Ask STS, which answers everybody."""
    with asking("sts:GetCallerIdentity", aws.region):
        return Identity(aws.session.client("sts", config=aws.config).get_caller_identity()["Arn"])


def role(aws: Aws, name: str) -> Role | None:
    """Read a role by its name, without its path; None where there is none."""
    with asking("iam:GetRole", name):
        try:
            found = aws.identities.get_role(RoleName=name)["Role"]
        except aws.identities.exceptions.NoSuchEntityException:
            return None
    trust: Any = found.get("AssumeRolePolicyDocument", {})
    return Role(name, found["Arn"], trust)


def token_audiences(aws: Aws, provider: str) -> tuple[str, ...] | None:
    """Return for whom the tokens of an OIDC provider may be made, None where the account has no such provider.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
    """
    with asking("iam:GetOpenIDConnectProvider", provider):
        try:
            found = aws.identities.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
        except aws.identities.exceptions.NoSuchEntityException:
            return None
    return tuple(found.get("ClientIDList", ()))


def simulate(aws: Aws, principal: str, actions: Sequence[str], resource: str) -> tuple[Decision, ...]:
    """Have IAM decide of each action on one resource, for the user or role with this ARN."""
    pages = aws.identities.get_paginator("simulate_principal_policy")
    decisions: list[Decision] = []
    with asking("iam:SimulatePrincipalPolicy", principal):
        for some in _chunks(actions):
            for page in pages.paginate(PolicySourceArn=principal, ActionNames=some, ResourceArns=[resource]):
                decisions += [_decision(each, resource) for each in page["EvaluationResults"]]
    return tuple(decisions)


def _chunks(actions: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(actions), _ACTIONS_IN_A_CALL):
        yield list(actions[start : start + _ACTIONS_IN_A_CALL])


def _decision(found: EvaluationResultTypeDef, resource: str) -> Decision:
    return Decision(
        action=found["EvalActionName"],
        resource=resource,
        decision=found["EvalDecision"],
        policies=tuple(
            each["SourcePolicyId"] for each in found.get("MatchedStatements", ()) if "SourcePolicyId" in each
        ),
        missing=tuple(found.get("MissingContextValues", ())),
        by_organization=found.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True),
        by_boundary=found.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True),
    )
