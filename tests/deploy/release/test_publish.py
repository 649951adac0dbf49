from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from botocore.stub import ANY
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from deploy.aws import layers
from deploy.container.digest import RuntimeImage
from deploy.errors import AwsError, RolloutError
from deploy.git import Commit
from deploy.layer.values import code_sha256
from deploy.release.publish import describe, find, publish
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

COMMIT = Commit("c0ffee" * 6 + "c0de", dirty=False)
WHERE = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer"
PACKAGES = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9]{0,30}", fullmatch=True), st.sampled_from(["1", "2.0"]), max_size=40
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(before=PACKAGES, after=PACKAGES)
def test_a_description_fits_and_counts_what_it_leaves_out(
    shop: Shop, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    text = describe(shop.layer(after), COMMIT, before)
    assert len(text) <= 256
    words = text.split()[3:]
    left = re.fullmatch(r"…\(\+(\d+)\)", words[-1]) if words else None
    told = len(words) - 1 + int(left[1]) if left else len(words)
    assert told == len({*before.items()} ^ {*after.items()}) - sum(
        before.get(name, after[name]) != after[name] for name in after
    )


def test_a_description_outside_a_repository_says_so(shop: Shop) -> None:
    text = describe(shop.layer({"idna": "1"}, image=RuntimeImage("host", "")), Commit(None, dirty=False), {})
    assert text.endswith(" git:none img:host +idna==1")


def test_a_description_that_is_too_long_is_not_sent(aws: Aws, lambda_: Stubber, shop: Shop) -> None:
    with pytest.raises(AwsError, match="the description has 257 characters; Lambda takes 256"):
        layers.publish(aws, shop.layer({"idna": "1"}).built.spec, {"ZipFile": b""}, "x" * 257)
    lambda_.assert_no_pending_responses()


def test_every_page_of_versions_is_looked_at(aws: Aws, lambda_: Stubber, shop: Shop) -> None:
    layer = shop.layer({"idna": "1"})
    lambda_.add_response("list_layer_versions", {"LayerVersions": _versions(60, 11), "NextMarker": "more"})
    lambda_.add_response("list_layer_versions", {"LayerVersions": [*_versions(10, 2), _ours(layer.built.sha256)]})
    content = {"CodeSha256": code_sha256(layer.built.sha256), "Location": "https://x"}
    lambda_.add_response("get_layer_version", {"Content": content}, {"LayerName": "tiny-layer", "VersionNumber": 1})
    found = find(aws, layer)
    assert found is not None
    assert found.arn == f"{WHERE}:1"


def test_an_absent_layer_has_no_versions_and_a_denied_one_is_an_error(aws: Aws, lambda_: Stubber, shop: Shop) -> None:
    lambda_.add_client_error("list_layer_versions", "ResourceNotFoundException", "no layer", 404)
    assert find(aws, shop.layer({"idna": "1"})) is None
    lambda_.add_client_error("list_layer_versions", "AccessDeniedException", "not allowed", 403)
    with pytest.raises(AwsError, match="lambda:ListLayerVersions tiny-layer: not allowed"):
        find(aws, shop.layer({"idna": "1"}))


def test_bytes_that_aws_has_not_as_sent_are_refused(aws: Aws, lambda_: Stubber, shop: Shop) -> None:
    for _ in range(2):
        lambda_.add_response("list_layer_versions", {"LayerVersions": []})
    made = {"LayerVersionArn": f"{WHERE}:1", "Version": 1, "Description": "", "Content": {}}
    made["Content"] = {"CodeSha256": code_sha256("00" * 32), "Location": "https://x"}
    lambda_.add_response("publish_layer_version", made, dict.fromkeys(PUBLISHED, ANY))
    with pytest.raises(RolloutError, match="AWS has other bytes than were sent: sha256 0000"):
        publish(aws, STAGE, shop.layer({"idna": "1"}), COMMIT)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("CodeStorageExceededException", "delete versions that nothing uses"),
        ("RequestEntityTooLargeException", "Lambda takes zips of up to 50 MiB"),
        ("AccessDeniedException", "allow lambda:PublishLayerVersion on tiny-layer"),
    ],
)
def test_a_refused_publication_says_why_and_what_to_do(
    aws: Aws, lambda_: Stubber, shop: Shop, code: str, says: str
) -> None:
    for _ in range(2):
        lambda_.add_response("list_layer_versions", {"LayerVersions": []})
    lambda_.add_client_error("publish_layer_version", code, "no", 400)
    lambda_.add_response("list_layer_versions", {"LayerVersions": []})
    with pytest.raises(AwsError, match=says):
        publish(aws, STAGE, shop.layer({"idna": "1"}), COMMIT)


def test_a_layer_built_on_the_host_is_refused_for_amazons_aws_before_any_call(
    aws: Aws, lambda_: Stubber, shop: Shop
) -> None:
    with pytest.raises(RolloutError, match="was built and verified on this host, not in the runtime image"):
        publish(aws, STAGE, shop.layer({"idna": "1"}, image=RuntimeImage("host", "")), COMMIT)
    lambda_.assert_no_pending_responses()


PUBLISHED = (
    "LayerName",
    "Description",
    "Content",
    "CompatibleRuntimes",
    "CompatibleArchitectures",
    "LicenseInfo",
)


def _versions(first: int, last: int) -> list[dict[str, object]]:
    return [
        {"LayerVersionArn": f"{WHERE}:{number}", "Version": number, "Description": f"sha256:{number:012x} git:1 img:1"}
        for number in range(first, last - 1, -1)
    ]


def _ours(sha256: str) -> dict[str, object]:
    return {"LayerVersionArn": f"{WHERE}:1", "Version": 1, "Description": f"sha256:{sha256[:12]} git:1 img:1"}
