"""A rollout whose health checks run in real containers of the runtime image, with the layers at /opt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import RolloutError
from tests.integration.aws import EmulatedAws, emulated_aws, in_containers
from tests.integration.shipment import HANDLER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory, runtime_image: str) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("ministack"), settling=0, **in_containers(runtime_image)) as running:
        yield running


def test_new_versions_answer_from_var_task_and_opt_before_they_get_traffic(site: Site, shop: Shop) -> None:
    assert site.traffic() == ["placeholder", "placeholder"]
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    assert site.traffic() == ["one", "one"]
    site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    assert site.traffic() == ["two", "two"]


def test_code_that_cannot_be_imported_gets_no_traffic_and_its_log_is_shown(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    with pytest.raises(RolloutError, match=r"(?s)tiny_bot-dev:3: failed its health check.*No module named 'absent'"):
        site.deploy([layer], shop.code("two", handler=f"import absent\n{HANDLER}"))
    assert site.traffic() == ["one", "one"]


def test_a_layer_that_lacks_what_the_code_needs_is_found_before_traffic_is(site: Site, shop: Shop) -> None:
    needs_part = f"import part\n{HANDLER}"
    site.deploy([shop.layer({"part": "1.16"})], shop.code("one", handler=needs_part))
    with pytest.raises(RolloutError, match="No module named 'part'"):
        site.deploy([shop.layer({"idna": "3.7"})], shop.code("two", handler=needs_part))
    assert site.traffic() == ["one", "one"]
