"""A release of two functions, and the command that looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.release.looking import Looker
from tests.integration.shipment import settings

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


@pytest.fixture
def look(aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Looker:
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    return Looker(tmp_path, capsys)


@pytest.fixture
def released(site: Site, shop: Shop) -> Site:
    # That a health check passes is proven elsewhere: here it would take most of the time.
    site.settings = settings(site.settings.project, health=None)
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    return site
