"""States that the emulated AWS never shows, by script: deployed that failed, or that Lambda put to sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deploy.checkup import functions
from deploy.published.functions import observe
from tests.integration.shipment import STAGE, settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws
    from deploy.checkup.findings import Finding
    from deploy.published.functions import DeployedFunction

ZERO = "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="


@pytest.fixture(autouse=True)
def one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripted answers come in one order."""
    monkeypatch.setattr("deploy.published.functions._AT_ONCE", 1)


def configuration(version: str, **more: Any) -> dict[str, Any]:
    return {
        "FunctionName": "f",
        "Version": version,
        "CodeSha256": ZERO,
        "RevisionId": "r",
        "Runtime": "python3.11",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        **more,
    }


def read(aws: Aws, lambda_: Stubber, folder: Path, latest: dict[str, Any], **alias: Any) -> Sequence[DeployedFunction]:
    """Read two functions, one after the other, of which only what is said here differs from well ones."""
    for handler in ("bot.handler", "worker.handler"):
        lambda_.add_response("get_function_configuration", {**configuration("$LATEST", Handler=handler), **latest})
        lambda_.add_response("list_versions_by_function", {"Versions": [configuration("3", Handler=handler)]})
        live = {"Name": "live", "FunctionVersion": "3", "RevisionId": "r", **alias}
        lambda_.add_response("list_aliases", {"Aliases": [live]})
        lambda_.add_response("get_function_configuration", configuration("3", Handler=handler))
    return observe(aws, settings(folder), STAGE)


def well(folder: Path, deployed: Sequence[DeployedFunction]) -> list[Finding]:
    return list(functions.well(deployed, settings(folder)))


@pytest.mark.parametrize(
    ("latest", "told"),
    [
        (
            {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "the image is gone"},
            ("broken", "the last update of tiny_bot-dev failed", "the image is gone"),
        ),
        ({"State": "Failed", "StateReason": "no such subnet"}, ("broken", "tiny_bot-dev is Failed", "no such subnet")),
        ({"State": "Deactivated"}, ("broken", "tiny_bot-dev is Deactivated", "")),
        ({"State": "Inactive"}, ("warning", "tiny_bot-dev is Inactive", "nothing invoked it for weeks")),
        ({"State": "Pending", "StateReason": "making it"}, ("warning", "tiny_bot-dev is Pending", "making it")),
        (
            {"Runtime": "python3.9"},
            ("broken", "tiny_bot-dev has Runtime python3.9", "config/pipeline.yaml says python3.11"),
        ),
    ],
)
def test_a_function_that_is_not_as_it_should_be_is_told_with_lambda_s_reason(
    aws: Aws, lambda_: Stubber, tmp_path: Path, latest: dict[str, Any], told: tuple[str, str, str]
) -> None:
    found = well(tmp_path, read(aws, lambda_, tmp_path, latest))
    assert (found[0].state, found[0].what, found[0].cause) == told


def test_functions_that_are_well_are_one_finding_each(aws: Aws, lambda_: Stubber, tmp_path: Path) -> None:
    assert [each.state for each in well(tmp_path, read(aws, lambda_, tmp_path, {}))] == ["ok", "ok"]


def test_an_alias_that_is_divided_is_told(aws: Aws, lambda_: Stubber, tmp_path: Path) -> None:
    deployed = read(aws, lambda_, tmp_path, {}, RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}})
    divided, _ = well(tmp_path, deployed)
    assert (divided.state, divided.what) == ("warning", "tiny_bot-dev:live sends 25% to version 2")
