"""Versions that start from a snapshot: compared by whether they do, waited for until it is there; by Stubber alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from botocore.response import StreamingBody

from deploy.aws import functions, versions
from deploy.errors import AwsError
from deploy.layer.values import code_sha256
from deploy.published.functions import differences

if TYPE_CHECKING:
    from botocore.stub import Stubber

    from deploy.aws.connection import Aws

NAME = "tiny_bot"
VERSION = {"FunctionName": NAME, "Qualifier": "8"}
SHA256 = "11" * 32


def configuration(version: str, applied: str | None, **more: Any) -> dict[str, Any]:
    snapshot = {"SnapStart": {"ApplyOn": applied, "OptimizationStatus": "Off"}} if applied else {}
    common = {"FunctionName": NAME, "CodeSha256": code_sha256(SHA256), "RevisionId": "r", "Runtime": "python3.12"}
    return common | {"Version": version} | snapshot | more


def snapshot(status: str, **more: Any) -> dict[str, Any]:
    return {"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": status}} | more


def latest(aws: Aws, lambda_: Stubber, applied: str | None) -> functions.FunctionState:
    lambda_.add_response("get_function_configuration", configuration("$LATEST", applied))
    found = functions.read(aws, NAME)
    assert found is not None
    return found


def test_a_version_with_a_snapshot_is_what_latest_is_though_only_one_of_them_has_it(aws: Aws, lambda_: Stubber) -> None:
    here = latest(aws, lambda_, "PublishedVersions")
    lambda_.add_response("get_function_configuration", configuration("8", None, **snapshot("On")))
    live = functions.read(aws, NAME, "8")
    assert live is not None
    assert list(differences(live, here)) == []


@pytest.mark.parametrize("off", [None, "None"])
def test_a_version_from_before_it_was_switched_on_is_another(aws: Aws, lambda_: Stubber, off: str | None) -> None:
    here = latest(aws, lambda_, "PublishedVersions")
    lambda_.add_response("get_function_configuration", configuration("7", off))
    live = functions.read(aws, NAME, "7")
    assert live is not None
    assert list(differences(live, here)) == ["SnapStart"]
    assert list(differences(live, latest(aws, lambda_, None))) == []


def published(lambda_: Stubber) -> None:
    lambda_.add_response("publish_version", configuration("8", "PublishedVersions"))
    for state in ("Pending", "Active"):
        lambda_.add_response("get_function_configuration", {"State": state}, VERSION)


def test_a_new_version_is_there_once_lambda_has_its_snapshot(aws: Aws, lambda_: Stubber) -> None:
    here = latest(aws, lambda_, "PublishedVersions")
    published(lambda_)
    for status in ("Off", "Off", "On"):
        lambda_.add_response("get_function_configuration", snapshot(status, State="Active"), VERSION)
    assert versions.publish(aws, here, "x", "d").version == "8"


def test_a_snapshot_that_fails_is_told_with_lambdas_reason(aws: Aws, lambda_: Stubber) -> None:
    here = latest(aws, lambda_, "PublishedVersions")
    published(lambda_)
    failed = snapshot("Off", State="Failed", StateReason="the handler raised while it was loaded")
    lambda_.add_response("get_function_configuration", failed, VERSION)
    with pytest.raises(AwsError, match="tiny_bot:8: the handler raised while it was loaded"):
        versions.publish(aws, here, "x", "d")


def test_a_version_without_one_is_not_waited_for_longer(aws: Aws, lambda_: Stubber) -> None:
    here = latest(aws, lambda_, None)
    published(lambda_)
    assert versions.publish(aws, here, "x", "d").version == "8"


def test_a_snapshot_that_lambda_dropped_is_taken_again_before_the_version_is_asked(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error("invoke", "SnapStartNotReadyException", "not ready", 409)
    for status in ("Off", "On"):
        lambda_.add_response("get_function_configuration", snapshot(status, State="Active"), VERSION)
    lambda_.add_response("invoke", {"Payload": StreamingBody(io.BytesIO(b"{}"), 2)})
    assert versions.invoke(aws, NAME, "8", b"{}").payload == b"{}"
