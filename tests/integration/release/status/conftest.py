"""A release of two functions, and the command that looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.shipment import settings

if TYPE_CHECKING:
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


@pytest.fixture
def released(site: Site, shop: Shop) -> Site:
    # That a health check passes is proven elsewhere: here it would take most of the time.
    site.settings = settings(site.settings.project, health=None)
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    return site
