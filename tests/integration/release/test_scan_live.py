"""What is live in a stage, scanned: fetched from an emulated AWS, with a real pip-audit and an OSV on loopback."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.aws import layers
from deploy.errors import RolloutError
from deploy.published.downloads import Downloads
from deploy.scan.scan import Scanned, scan_live
from deploy.settings import Scan
from tests.deploy.scan.osv_service import OsvService
from tests.integration.shipment import HANDLER, STAGE, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


@pytest.fixture
def service() -> Iterator[OsvService]:
    with OsvService() as running:
        yield running


def test_what_traffic_meets_is_scanned_and_not_what_was_live_before(
    site: Site, shop: Shop, service: OsvService, tmp_path: Path
) -> None:
    site.deploy([shop.layer({"requests": "2.29.0"})], shop.code("one"))
    site.deploy([shop.layer({"requests": "2.30.0", "six": "1.17.0"})], shop.code("two"))
    found = _scan(site, service, tmp_path)
    assert [(each.where, each.wanted, each.answered) for each in found.audits] == [("tiny-layer:2", 2, 2)]
    assert [each.where for each in found.judged.findings] == ["tiny-layer:2: requests 2.30.0"]
    assert sorted(each.where for each in found.targets) == ["code of tiny_bot-dev:3", "tiny-layer:2"]
    assert not found.passes(allow_unchecked=True)


def test_a_secret_in_live_code_is_found(site: Site, shop: Shop, service: OsvService, tmp_path: Path) -> None:
    leak = "\nKEY = 'AKIA" + "QYLPMN5HFIQR7XYA'\n"
    site.deploy([shop.layer({"six": "1.17.0"})], shop.code("one", handler=HANDLER + leak))
    assert {each.id for each in _scan(site, service, tmp_path).judged.findings} == {"secret:bot.py", "secret:worker.py"}


def test_a_deleted_layer_version_that_runs_on_is_said_not_to_be_checked(
    site: Site, shop: Shop, service: OsvService, tmp_path: Path
) -> None:
    site.deploy([shop.layer({"six": "1.17.0"})], shop.code("one"))
    layers.delete(site.aws, "tiny-layer", 1)
    found = _scan(site, service, tmp_path)
    assert [each.why.split(",")[0] for each in found.unchecked] == ["the layer version was deleted"]
    assert (found.passes(allow_unchecked=False), found.passes(allow_unchecked=True)) == (False, True)


def test_a_layer_that_does_not_say_what_is_in_it_is_said_not_to_be_checked(
    site: Site, service: OsvService, tmp_path: Path
) -> None:
    made = site.aws.functions.publish_layer_version(
        LayerName="theirs", Content={"ZipFile": zipped({"python/theirs.py": "x = 1\n"})}
    )
    name = site.names()[0]
    site.aws.functions.update_function_configuration(FunctionName=name, Layers=[made["LayerVersionArn"]])
    version = site.aws.functions.publish_version(FunctionName=name)["Version"]
    site.aws.functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    found = _scan(site, service, tmp_path)
    assert [(each.where, each.why) for each in found.unchecked] == [
        ("theirs:1", "holds no manifest and no .dist-info that says what is in it")
    ]


def test_a_stage_that_was_never_deployed_is_refused(site: Site, service: OsvService, tmp_path: Path) -> None:
    site.settings = replace(
        site.settings,
        functions={key: replace(each, alias="next") for key, each in site.settings.functions.items()},
    )
    with pytest.raises(RolloutError, match="nox -s deploy -- --stage dev"):
        _scan(site, service, tmp_path)


def test_the_command_signs_in_to_the_stage_and_says_what_is_live(
    site: Site, shop: Shop, service: OsvService, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.deploy([shop.layer({"six": "1.17.0"})], shop.code("one"))
    main(["--project", str(project), "scan", "--stage", "dev", "--osv-url", service.url])
    assert "tiny-layer:1" in capsys.readouterr().out


def _scan(site: Site, service: OsvService, folder: Path) -> Scanned:
    settings = replace(site.settings, scan=Scan(licenses=("MIT",)))
    assert site.calls
    with site.calls.running("scan", settings):
        return scan_live(settings, STAGE, Downloads(site.aws, folder / "published"), service.url, date(2026, 11, 26))
