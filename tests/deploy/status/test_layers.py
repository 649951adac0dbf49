"""A layer of another account, by Stubber: the emulator has one account and refuses nobody."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from deploy.aws.connection import Aws
from deploy.errors import AwsError
from deploy.published.downloads import Downloads
from deploy.status.layers import Layers
from tests.deploy.published.layers import ours, package
from tests.deploy.status.standings import ARN, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THEIRS = ARN.replace("123456789012", "999999999999")


@pytest.fixture
def aws() -> Aws:
    return Aws(boto3.Session("key", "secret", region_name="eu-central-1"), "123456789012", Config())


@pytest.fixture
def lambda_(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.functions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def layers(aws: Aws, tmp_path: Path) -> Layers:
    return Layers(Downloads(aws, tmp_path))


def denied(lambda_: Stubber) -> None:
    lambda_.add_client_error("get_layer_version_by_arn", "AccessDeniedException", "not authorized", 403)


def test_a_layer_that_another_account_does_not_share_is_unreadable(layers: Layers, lambda_: Stubber) -> None:
    denied(lambda_)
    found = layers.status(THEIRS, state("bot"))
    assert (found.place, found.newest, found.contents) == ("unreadable", None, None)


def test_a_layer_of_our_own_that_may_not_be_read_stops_the_run(layers: Layers, lambda_: Stubber) -> None:
    denied(lambda_)
    with pytest.raises(AwsError, match="not authorized"):
        layers.status(ARN, state("bot"))


def test_a_shared_layer_is_opened_and_its_newest_version_is_not_known(
    layers: Layers, lambda_: Stubber, tmp_path: Path
) -> None:
    content = ours([package("idna", "3.7")], {})
    digest = hashlib.sha256(content)
    (tmp_path / f"{digest.hexdigest()}.zip").write_bytes(content)
    lambda_.add_response(
        "get_layer_version_by_arn",
        {
            "LayerVersionArn": THEIRS,
            "Version": 3,
            "Content": {"CodeSha256": base64.b64encode(digest.digest()).decode(), "Location": "http://127.0.0.1:9/"},
        },
        {"Arn": THEIRS},
    )
    found = layers.status(THEIRS, state("bot"))
    assert (found.place, found.newest) == ("foreign", None)
    assert found.contents is not None
    assert found.contents.versions == {"idna": "3.7"}
    # A second function that has it asks nothing more: another call would find no answer.
    assert layers.status(THEIRS, state("worker")) == found


def test_a_layer_that_another_account_deleted_is_deleted(layers: Layers, lambda_: Stubber) -> None:
    lambda_.add_client_error("get_layer_version_by_arn", "ResourceNotFoundException", "gone", 404)
    assert layers.status(THEIRS, state("bot")).place == "deleted"
