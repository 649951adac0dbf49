"""Aliases: which version of a function traffic meets.

Every move carries the RevisionId of what was read before it, so that nobody's change is overwritten unseen:
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.waiter import WaiterModel, create_waiter_with_client

from ..errors import Fault
from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.type_defs import AliasConfigurationResponseTypeDef, AliasConfigurationTypeDef

    from .connection import Aws

# botocore has no waiter for aliases.
_UNDIVIDED = WaiterModel(
    {
        "version": 2,
        "waiters": {
            "AliasUndivided": {
                "operation": "GetAlias",
                "delay": 5,
                "maxAttempts": 180,
                "acceptors": [
                    {
                        "matcher": "path",
                        "argument": "length(keys(not_null(RoutingConfig.AdditionalVersionWeights, `{}`)))",
                        "expected": 0,
                        "state": "success",
                    }
                ],
            }
        },
    }
)


@dataclass(frozen=True)
class AliasState:
    """An alias and the version that it stands for; `weights` are the shares of traffic that go to other versions.

    One that is still to be made has no revision, and $LATEST for its version: what callers meet who name none.
    """

    function: str
    name: str
    version: str
    revision: str
    weights: Mapping[str, float] = field(default_factory=dict)
    description: str = ""

    @classmethod
    def absent(cls, function: str, name: str) -> AliasState:
        """Return an alias that a function does not have yet."""
        return cls(function, name, "$LATEST", "")

    @property
    def exists(self) -> bool:
        return bool(self.revision)

    @property
    def weighted(self) -> bool:
        return bool(self.weights)

    @property
    def versions(self) -> frozenset[str]:
        """Every version that the alias sends traffic to."""
        return frozenset({self.version, *self.weights})


def weighted(alias: AliasState) -> Fault:
    cure = f"take the weights away: aws lambda update-alias --function-name {alias.function} --name {alias.name}"
    return Fault(
        f"{alias.function}:{alias.name}",
        "sends a share of the traffic to another version",
        cure=f"{cure} --routing-config AdditionalVersionWeights={{}}",
    )


def read(aws: Aws, name: str, alias: str) -> AliasState | None:
    with asking("lambda:GetAlias", f"{name}:{alias}"):
        try:
            found = aws.functions.get_alias(FunctionName=name, Name=alias)
        except aws.functions.exceptions.ResourceNotFoundException:
            return None
    return _alias(name, found)


def of(aws: Aws, name: str) -> tuple[AliasState, ...]:
    """List every alias; none where there is no function."""
    pages = aws.functions.get_paginator("list_aliases").paginate(FunctionName=name)
    with asking("lambda:ListAliases", name):
        try:
            return tuple(_alias(name, each) for page in pages for each in page["Aliases"])
        except aws.functions.exceptions.ResourceNotFoundException:
            return ()


def undivided(aws: Aws, alias: AliasState) -> AliasState:
    """Wait until an alias sends no more traffic to another version, where it is Lambda that divides it.

    With provisioned concurrency Lambda moves traffic bit by bit, by weights of its own, until the environments of the
    new version are ready. Weights that somebody gave stay: an alias that has these can have no provisioned concurrency.
    https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
    """
    if not alias.weighted or not _is_provisioned(aws, alias):
        return alias
    with asking("lambda:GetAlias", f"{alias.function}:{alias.name}"):
        create_waiter_with_client("AliasUndivided", _UNDIVIDED, aws.functions).wait(
            FunctionName=alias.function, Name=alias.name
        )
    return read(aws, alias.function, alias.name) or alias


def _is_provisioned(aws: Aws, alias: AliasState) -> bool:
    with asking("lambda:GetProvisionedConcurrencyConfig", f"{alias.function}:{alias.name}"):
        try:
            aws.functions.get_provisioned_concurrency_config(FunctionName=alias.function, Qualifier=alias.name)
        except aws.functions.exceptions.ProvisionedConcurrencyConfigNotFoundException:
            return False
    return True


def move(aws: Aws, alias: AliasState, version: str, description: str) -> None:
    with asking("lambda:UpdateAlias", f"{alias.function}:{alias.name}"):
        aws.functions.update_alias(
            FunctionName=alias.function,
            Name=alias.name,
            FunctionVersion=version,
            Description=description,
            RevisionId=alias.revision,
        )


def create(aws: Aws, alias: AliasState, version: str, description: str) -> None:
    """Make an alias that there is not; raise AwsError where somebody made it meanwhile."""
    with asking("lambda:CreateAlias", f"{alias.function}:{alias.name}"):
        aws.functions.create_alias(
            FunctionName=alias.function, Name=alias.name, FunctionVersion=version, Description=description
        )


def delete(aws: Aws, alias: AliasState) -> None:
    with asking("lambda:DeleteAlias", f"{alias.function}:{alias.name}"):
        aws.functions.delete_alias(FunctionName=alias.function, Name=alias.name)


def _alias(function: str, found: AliasConfigurationTypeDef | AliasConfigurationResponseTypeDef) -> AliasState:
    return AliasState(
        function=function,
        name=found["Name"],
        version=found["FunctionVersion"],
        revision=found["RevisionId"],
        weights=found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
        description=found.get("Description", ""),
    )
