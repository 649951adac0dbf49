"""Who else may use a layer version: the statements of its policy, read, added, removed.

Each change carries the RevisionId of the policy that was read before it, so that nobody's change is overwritten
unseen. The one action that can be granted is lambda:GetLayerVersion:
https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connection import Aws

EVERYONE = "*"
GOING = "going-by-channelwright"
"""The statement by which a prune says that it is about to delete a version; it lets in the account itself alone."""

_ACTION = "lambda:GetLayerVersion"


@dataclass(frozen=True, order=True)
class Grant:
    """Whom a statement lets in: an account's 12 digits, or "*" for every account, of `organization` where it says so.

    Of an account that is gone AWS shows an id of its own in place of the digits.
    """

    principal: str
    organization: str = ""

    @property
    def is_public(self) -> bool:
        return self.principal == EVERYONE and not self.organization

    def __str__(self) -> str:
        if self.organization:
            return f"organization {self.organization}"
        return "everyone" if self.is_public else f"account {self.principal}"


@dataclass(frozen=True)
class LayerPolicy:
    """A layer version's grants by statement id, and the revision that a change of them has to name.

    `is_going` tells that a prune is about to delete the version, or was stopped before it did.
    """

    grants: Mapping[str, Grant]
    revision: str = ""
    is_going: bool = False


def read(aws: Aws, layer: str, version: int) -> LayerPolicy:
    """Read a layer version's policy; it is empty where nobody was let in.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionPolicy.html
    """
    with asking("lambda:GetLayerVersionPolicy", f"{layer}:{version}"):
        try:
            found = aws.functions.get_layer_version_policy(LayerName=layer, VersionNumber=version)
        except aws.functions.exceptions.ResourceNotFoundException:
            return LayerPolicy({})
    statements = {each["Sid"]: each for each in json.loads(found["Policy"])["Statement"]}
    is_going = statements.pop(GOING, None) is not None
    return LayerPolicy({sid: _grant(each) for sid, each in statements.items()}, found["RevisionId"], is_going)


def add(aws: Aws, target: tuple[str, int], statement: str, grant: Grant, revision: str) -> None:
    """Let somebody use the layer version of this layer and number; `revision` is empty where nobody was let in."""
    layer, version = target
    condition: Any = {"OrganizationId": grant.organization} if grant.organization else {}
    with asking("lambda:AddLayerVersionPermission", f"{layer}:{version}"):
        aws.functions.add_layer_version_permission(
            LayerName=layer,
            VersionNumber=version,
            StatementId=statement,
            Action=_ACTION,
            Principal=grant.principal,
            **condition,
            **_at(revision),
        )


def remove(aws: Aws, target: tuple[str, int], statement: str, revision: str) -> None:
    """Take a statement away. Functions that have the version keep it; new ones cannot get it any more.

    https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html
    """
    layer, version = target
    with asking("lambda:RemoveLayerVersionPermission", f"{layer}:{version}"):
        aws.functions.remove_layer_version_permission(
            LayerName=layer, VersionNumber=version, StatementId=statement, **_at(revision)
        )


def _at(revision: str) -> Any:
    return {"RevisionId": revision} if revision else {}


def _grant(statement: Mapping[str, Any]) -> Grant:
    """Read a statement: AWS writes an account as the ARN of its root, in whatever partition."""
    named = statement["Principal"]
    principal = named["AWS"] if isinstance(named, dict) else named
    account = principal.split(":")[4] if principal.startswith("arn:") and principal.endswith(":root") else principal
    organization = statement.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalOrgID", "")
    return Grant(account, organization)
