"""An alias that sends traffic to two versions: by Lambda's own weights, which end, or by somebody's, which stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deploy.aws import aliases
from deploy.aws.aliases import AliasState
from deploy.errors import AwsError

if TYPE_CHECKING:
    from botocore.stub import Stubber

    from deploy.aws.connection import Aws

MOVING = AliasState("tiny_bot", "live", "8", "r1", weights={"7": 1.0})
ASKED = {"FunctionName": "tiny_bot", "Name": "live"}


def answer(**weights: float) -> dict[str, Any]:
    routed = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
    return {"Name": "live", "FunctionVersion": "8", "RevisionId": "r2", **routed}


def is_provisioned(lambda_: Stubber) -> None:
    found = {"Status": "IN_PROGRESS", "RequestedProvisionedConcurrentExecutions": 5}
    lambda_.add_response("get_provisioned_concurrency_config", found, {"FunctionName": "tiny_bot", "Qualifier": "live"})


def test_the_weights_that_lambda_gives_while_it_provisions_are_waited_for(aws: Aws, lambda_: Stubber) -> None:
    is_provisioned(lambda_)
    for weights in ({"7": 1.0}, {"7": 0.5}, {}, {}):
        lambda_.add_response("get_alias", answer(**weights), ASKED)
    now = aliases.undivided(aws, MOVING)
    assert (now.version, now.weighted, now.revision) == ("8", False, "r2")


def test_an_empty_routing_is_no_weight(aws: Aws, lambda_: Stubber) -> None:
    is_provisioned(lambda_)
    for _ in range(2):
        lambda_.add_response("get_alias", answer() | {"RoutingConfig": {}}, ASKED)
    assert not aliases.undivided(aws, MOVING).weighted


def test_weights_that_somebody_gave_are_not_waited_for(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error(
        "get_provisioned_concurrency_config", "ProvisionedConcurrencyConfigNotFoundException", "none", 404
    )
    assert aliases.undivided(aws, MOVING) is MOVING


@pytest.mark.usefixtures("lambda_")
def test_an_alias_that_is_whole_is_not_asked_about(aws: Aws) -> None:
    whole = AliasState("tiny_bot", "live", "8", "r1")
    assert aliases.undivided(aws, whole) is whole


def test_weights_that_do_not_end_are_told(aws: Aws, lambda_: Stubber) -> None:
    is_provisioned(lambda_)
    for _ in range(180):
        lambda_.add_response("get_alias", answer(**{"7": 1.0}), ASKED)
    with pytest.raises(AwsError, match="lambda:GetAlias tiny_bot:live: Max attempts exceeded"):
        aliases.undivided(aws, MOVING)
