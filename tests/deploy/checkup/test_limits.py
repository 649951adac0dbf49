"""Sizes that no test should have to upload: Lambda's limits are lowered, or the numbers are given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.aws.aliases import AliasState
from deploy.aws.functions import FunctionState
from deploy.aws.layers import LayerContent
from deploy.checkup import limits
from deploy.checkup.layers import Attached
from deploy.layer.audit.limits import DIRECT_UPLOAD
from deploy.published.downloads import Downloads
from deploy.published.functions import FunctionVersions, ServedFunction
from deploy.settings import Function
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from deploy.checkup.findings import Finding
    from tests.integration.shipment import Shop

ARN = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:1"


def reading(sha256: str, size: int) -> ServedFunction:
    live = FunctionState(
        name="tiny_bot-dev",
        version="2",
        sha256=sha256,
        layers=(ARN,),
        architecture="x86_64",
        revision="r",
        settling=False,
        configuration={},
        size=size,
    )
    function = Function(key="bot", name="tiny_bot", handler="bot.handler", layers=("tiny-layer",))
    alias = AliasState("tiny_bot-dev", "live", "2", "r")
    found = FunctionVersions(name="tiny_bot-dev", latest=live, versions=(live,), aliases=(alias,))
    return ServedFunction(function=function, name="tiny_bot-dev", found=found, alias=alias, live=live)


@pytest.fixture
def downloads(aws: Aws, tmp_path: Path) -> Downloads:
    return Downloads(aws, tmp_path / "published")


def told(downloads: Downloads, shop: Shop, *, layer_size: int = 0, bucket: str | None = None) -> list[Finding]:
    """Look at a function whose code and layer were downloaded before, with these sizes as AWS would say."""
    code, layer = shop.code("one"), shop.layer({"idna": "3.7"}).built
    downloads.folder.mkdir(exist_ok=True)
    for path, sha256 in ((code.zip, code.sha256), (layer.zip, layer.sha256)):
        (downloads.folder / f"{sha256}.zip").write_bytes(path.read_bytes())
    found = {ARN: Attached(ARN, LayerContent(layer.sha256, "", layer_size))}
    return list(limits.of_functions([reading(code.sha256, code.size)], replace(STAGE, bucket=bucket), found, downloads))


def test_sizes_that_are_far_from_their_limits_are_well(downloads: Downloads, shop: Shop) -> None:
    assert [each.state for each in told(downloads, shop)] == ["ok", "ok"]


@pytest.mark.parametrize(("limit", "state"), [(2500, "warning"), (1000, "broken")])
def test_code_and_layers_are_counted_together_unzipped(
    downloads: Downloads, shop: Shop, monkeypatch: pytest.MonkeyPatch, limit: int, state: str
) -> None:
    monkeypatch.setattr(limits, "UNZIPPED", limit)
    [_, found] = told(downloads, shop)
    assert (found.state, found.what.startswith("tiny_bot-dev:live unzips to 2.")) == (state, True)


def test_a_zip_near_the_limit_of_a_call_is_told_where_the_stage_has_no_bucket(downloads: Downloads, shop: Shop) -> None:
    [_, found, _] = told(downloads, shop, layer_size=DIRECT_UPLOAD - 1000)
    assert (found.state, found.what) == ("warning", f"the zip of {ARN} has 52.4 MB of 52.4 MB")
    assert [each.state for each in told(downloads, shop, layer_size=DIRECT_UPLOAD, bucket="large")] == ["ok", "ok"]


def test_variables_are_counted_with_their_names() -> None:
    assert limits.environment("f", {"NAME": "ä" * 10}).what == "f has 24 of 4,096 bytes of variables"
    assert limits.environment("f", {"A": "x" * 3300}).state == "warning"
    assert limits.environment("f", {"A": "x" * 4095}).state == "broken"
