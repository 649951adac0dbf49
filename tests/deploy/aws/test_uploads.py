"""What is sent is what was proven: a file that changed since is refused before anything is published."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.stub import ANY, Stubber

from deploy.aws import uploads
from deploy.errors import AwsError, RolloutError
from deploy.release.publish import publish
from tests.integration.shipment import COMMIT, STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

PROVEN = b"what was proven"
SHA256 = hashlib.sha256(PROVEN).hexdigest()
IN_BUCKET = replace(STAGE, bucket="large")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "layer.zip").write_bytes(PROVEN)
    return tmp_path / "layer.zip"


@pytest.fixture
def s3(aws: Aws) -> Iterator[Stubber]:
    """Answer S3's calls by script; any other one fails."""
    with Stubber(aws.objects) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_a_file_as_it_was_proven_is_sent_as_it_is(aws: Aws, path: Path) -> None:
    assert uploads.content(aws, STAGE, path, SHA256) == {"ZipFile": PROVEN}


def test_a_file_that_changed_since_it_was_proven_is_refused_and_nothing_is_sent(aws: Aws, path: Path) -> None:
    path.write_bytes(b"something else")
    with pytest.raises(RolloutError, match=r"layer\.zip: has other bytes than were proven.*nothing was published"):
        uploads.content(aws, STAGE, path, SHA256)


def test_a_layer_that_changed_since_it_was_proven_makes_no_version(aws: Aws, lambda_: Stubber, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    layer.built.zip.write_bytes(b"something else")
    for _ in ("whether it is there", "what came before"):
        lambda_.add_response("list_layer_versions", {"LayerVersions": []})
    with pytest.raises(RolloutError, match="other bytes than were proven"):
        publish(aws, STAGE, layer, COMMIT)  # which would ask for what the script does not have


@pytest.mark.usefixtures("s3")
def test_a_large_file_that_changed_is_refused_before_the_bucket_gets_it(
    aws: Aws, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "DIRECT_UPLOAD", 1)
    path.write_bytes(b"something else")
    with pytest.raises(RolloutError, match="other bytes than were proven"):
        uploads.content(aws, IN_BUCKET, path, SHA256)


def test_one_that_changes_while_it_is_sent_is_refused_by_the_digest_that_goes_with_it(
    aws: Aws, s3: Stubber, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "DIRECT_UPLOAD", 1)
    digest = base64.b64encode(hashlib.sha256(PROVEN).digest()).decode()
    expected = {"Bucket": "large", "Key": f"channelwright/{SHA256}.zip", "Body": ANY, "ChecksumSHA256": digest}
    s3.add_response("put_object", {}, expected)
    assert uploads.content(aws, IN_BUCKET, path, SHA256) == {"S3Bucket": "large", "S3Key": expected["Key"]}
    s3.add_client_error("put_object", "BadDigest", "The SHA256 you specified did not match what we received")
    with pytest.raises(AwsError, match="BadDigest"):
        uploads.content(aws, IN_BUCKET, path, SHA256)
