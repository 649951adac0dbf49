"""Who uses which layer version, asked of an emulated AWS; and a layer's zip as AWS hands it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from deploy.errors import AwsError
from deploy.published import usage
from deploy.published.downloads import Downloads

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_every_version_that_has_a_layer_is_found_with_its_aliases(site: Site, shop: Shop) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    first, second = (each.arn for each in reversed(layers.versions(site.aws, "tiny-layer")))
    found = usage.read(site.aws).with_aliases(site.aws, site.names())
    assert [str(each) for each in found.of(first)] == ["tiny_bot-dev:2", "tiny_worker-dev:2"]
    assert [str(each) for each in found.of(second)] == [
        "tiny_bot-dev:$LATEST",
        "tiny_bot-dev:3 (live)",
        "tiny_worker-dev:$LATEST",
        "tiny_worker-dev:3 (live)",
    ]


def test_a_zip_is_downloaded_once_and_is_what_aws_says(site: Site, shop: Shop, tmp_path: Path) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    downloads = Downloads(site.aws, tmp_path / "published")
    assert downloads.contents("tiny-layer", 1).versions == {"idna": "3.7"}
    kept = tmp_path / "published" / f"{layer.built.sha256}.zip"
    assert kept.read_bytes() == layer.built.zip.read_bytes()
    code = shop.code("one")
    assert downloads.code("tiny_bot-dev", "2", code.sha256) == code.zip.read_bytes()


def test_bytes_that_are_not_what_aws_says_are_refused(site: Site, shop: Shop, tmp_path: Path) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    with pytest.raises(AwsError, match="AWS says 0000"):
        Downloads(site.aws, tmp_path).code("tiny_bot-dev", "2", "0" * 64)


def test_a_deleted_version_is_not_there_and_its_users_are(site: Site, shop: Shop, aws: Aws) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    there = layers.versions(aws, "tiny-layer")[0]
    layers.delete(aws, "tiny-layer", 1)
    assert layers.read(aws, there.arn) is None
    assert usage.read(aws).of(there.arn)
