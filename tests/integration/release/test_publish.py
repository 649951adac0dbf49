from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import AwsError, ConfigError
from deploy.git import Commit
from deploy.layer.audit.limits import DIRECT_UPLOAD
from deploy.layer.values import code_sha256
from deploy.release.publish import find, publish
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from deploy.aws.connection import Aws
    from deploy.layer.verify import VerifiedLayer
    from tests.integration.shipment import Shop

COMMIT = Commit("c0ffee" * 6 + "c0de", dirty=False)


def test_a_layer_is_published_once_and_reused_from_then_on(aws: Aws, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    first, second = publish(aws, STAGE, layer, COMMIT), publish(aws, STAGE, layer, COMMIT)
    assert (first.version, first.reused) == (1, False)
    assert (second.version, second.arn, second.reused) == (1, first.arn, True)
    there = aws.functions.get_layer_version(LayerName="tiny-layer", VersionNumber=1)
    assert there["Content"]["CodeSha256"] == code_sha256(layer.built.sha256)
    assert there["CompatibleRuntimes"] == ["python3.11"]
    assert there["CompatibleArchitectures"] == ["x86_64"]
    assert there["LicenseInfo"] == "MIT"


def test_each_runtime_and_architecture_has_its_own_versions_under_one_name(aws: Aws, shop: Shop) -> None:
    own, packages = shop.layer({"idna": "3.7"}), {"idna": "3.7"}
    layers = [own, shop.layer(packages, runtime="python3.13"), shop.layer(packages, architecture="arm64")]
    made = [publish(aws, STAGE, layer, COMMIT) for layer in layers]
    assert [(each.version, each.reused) for each in made] == [(1, False), (2, False), (3, False)]
    again = [publish(aws, STAGE, layer, COMMIT) for layer in layers]
    assert [(each.version, each.reused) for each in again] == [(1, True), (2, True), (3, True)]
    there = [aws.functions.get_layer_version(LayerName="tiny-layer", VersionNumber=number) for number in (1, 2, 3)]
    assert [(each["CompatibleRuntimes"], each["CompatibleArchitectures"]) for each in there] == [
        (["python3.11"], ["x86_64"]),
        (["python3.13"], ["x86_64"]),
        (["python3.11"], ["arm64"]),
    ]


def test_a_new_version_says_what_it_is_and_what_changed_since_the_one_before(aws: Aws, shop: Shop) -> None:
    publish(aws, STAGE, shop.layer({"idna": "3.7", "six": "1.16", "urllib3": "2.2"}), COMMIT)
    layer = shop.layer({"idna": "3.10", "urllib3": "2.2", "pynacl": "1.6.2"})
    publish(aws, STAGE, layer, Commit(COMMIT.sha, dirty=True))
    assert _description(aws, 2) == (
        f"sha256:{layer.built.sha256[:12]} git:c0ffeec0ffee+dirty img:abababababab idna==3.7->3.10 +pynacl==1.6.2 -six"
    )


def test_the_oldest_of_ours_says_what_it_is_alone(aws: Aws, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    publish(aws, STAGE, layer, COMMIT)
    assert _description(aws, 1) == f"sha256:{layer.built.sha256[:12]} git:c0ffeec0ffee img:abababababab"


def test_a_version_before_that_cannot_be_read_shortens_the_description_and_stops_nothing(aws: Aws, shop: Shop) -> None:
    _publish_by_hand(aws, shop.code("not a layer").zip.read_bytes(), f"sha256:{'1' * 12} git:1 img:1")
    layer = shop.layer({"idna": "3.7"})
    assert publish(aws, STAGE, layer, COMMIT).version == 2
    assert _description(aws, 2) == f"sha256:{layer.built.sha256[:12]} git:c0ffeec0ffee img:abababababab"


def test_the_same_bytes_published_by_something_else_are_found(aws: Aws, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    _publish_by_hand(aws, layer.built.zip.read_bytes(), "by hand")
    _publish_by_hand(aws, shop.layer({"idna": "3.8"}).built.zip.read_bytes(), "by hand, too")
    found = find(aws, layer)
    assert found is not None
    assert found.version == 1


def test_the_same_bytes_for_another_architecture_are_not_taken(aws: Aws, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    _publish_by_hand(aws, layer.built.zip.read_bytes(), "by hand", architecture="arm64")
    assert find(aws, layer) is None


def test_a_description_that_promises_our_digest_is_not_believed(aws: Aws, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    _publish_by_hand(aws, shop.layer({"idna": "3.8"}).built.zip.read_bytes(), f"sha256:{layer.built.sha256[:12]} git:1")
    assert find(aws, layer) is None


def test_only_versions_whose_description_fits_are_looked_into(aws: Aws, shop: Shop) -> None:
    for version in range(5):
        publish(aws, STAGE, shop.layer({"idna": f"3.{version}"}), COMMIT)
    asked: list[int] = []
    aws.functions.meta.events.register(
        "provide-client-params.lambda.GetLayerVersion", lambda params, **_: asked.append(params["VersionNumber"])
    )
    assert find(aws, shop.layer({"idna": "3.2"})) is not None
    assert asked == [3]


def test_a_layer_above_50_mib_goes_through_the_bucket(aws: Aws, shop: Shop) -> None:
    layer = _large(shop)
    aws.objects.create_bucket(Bucket="tiny-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    published = publish(aws, replace(STAGE, bucket="tiny-bucket"), layer, COMMIT)
    there = aws.functions.get_layer_version(LayerName="tiny-layer", VersionNumber=published.version)
    assert there["Content"]["CodeSha256"] == code_sha256(layer.built.sha256)
    assert [each["Key"] for each in aws.objects.list_objects_v2(Bucket="tiny-bucket")["Contents"]] == [
        f"channelwright/{layer.built.sha256}.zip"
    ]


def test_a_layer_above_50_mib_without_a_bucket_names_the_setting(aws: Aws, shop: Shop) -> None:
    with pytest.raises(ConfigError, match=r"stages\.dev\.bucket: is not set"):
        publish(aws, STAGE, _large(shop), COMMIT)


def test_an_absent_bucket_is_told_with_the_action_and_the_setting(aws: Aws, shop: Shop) -> None:
    with pytest.raises(AwsError, match=r"(?s)s3:PutObject no-such-bucket/.*the stage's `bucket`"):
        publish(aws, replace(STAGE, bucket="no-such-bucket"), _large(shop), COMMIT)


def test_a_layer_built_on_the_host_may_go_to_what_is_not_amazons(aws: Aws, shop: Shop) -> None:
    publish(aws, STAGE, shop.layer({"idna": "3.7"}, image=RuntimeImage("host", "")), COMMIT)
    assert _description(aws, 1).endswith("img:host")


def _description(aws: Aws, version: int) -> str:
    return aws.functions.get_layer_version(LayerName="tiny-layer", VersionNumber=version)["Description"]


def _publish_by_hand(aws: Aws, content: bytes, description: str, architecture: str = "x86_64") -> None:
    aws.functions.publish_layer_version(
        LayerName="tiny-layer",
        Description=description,
        Content={"ZipFile": content},
        CompatibleRuntimes=["python3.11"],
        CompatibleArchitectures=["arm64" if architecture == "arm64" else "x86_64"],
    )


def _large(shop: Shop) -> VerifiedLayer:
    return shop.layer({"model": os.urandom(DIRECT_UPLOAD // 2 + 1024).hex()})
