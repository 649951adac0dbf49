"""Layers of others that functions have: planned, attached in order, judged alike by deploy, status and promote."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.errors import RolloutError
from deploy.published import foreign
from deploy.published.downloads import Downloads
from deploy.release import history, promote, rollback
from deploy.release import plan as planning
from deploy.release.publish import find, publish
from deploy.release.rollout import roll_out
from deploy.release.values import PlannedLayer
from deploy.status.drift import drift
from deploy.status.observe import observe
from tests.integration.shipment import COMMIT, STAGE, Shop

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.release.values import Release
    from deploy.settings import Settings
    from tests.integration.release.conftest import Site

WATCHER = "arn:aws:lambda:eu-central-1:123456789012:layer:watcher:1"


def publish_watcher(site: Site, value: str = "1") -> str:
    """Publish, by hand, a layer that is none of this pipeline's."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/watched.py", f"value = {value}\n")
        archive.writestr("channelwright/not-ours.json", "{}")
    made = site.aws.functions.publish_layer_version(LayerName="watcher", Content={"ZipFile": content.getvalue()})
    return made["LayerVersionArn"]


@pytest.fixture
def watched(site: Site, tmp_path: Path) -> Watched:
    assert publish_watcher(site) == WATCHER
    return Watched(site, tmp_path / "published", _with(site.settings, ("watcher", "tiny-layer")))


def _with(settings: Settings, layers: tuple[str, ...]) -> Settings:
    functions = {key: replace(each, layers=layers) for key, each in settings.functions.items()}
    return replace(settings, functions=functions, layer_arns={"watcher": {STAGE.region: WATCHER}})


class Watched:
    """A site whose functions have somebody else's layer before their own."""

    def __init__(self, site: Site, folder: Path, settings: Settings) -> None:
        self.site, self.settings = site, settings
        self.downloads = Downloads(site.aws, folder)

    def plan(self, shop: Shop, release: str, *, is_read: bool = True) -> planning.RolloutPlan:
        layer = shop.layer({"idna": "3.7"})
        zips = {WATCHER: foreign.fetch(WATCHER, self.downloads)} if is_read else {}
        planned = [PlannedLayer(layer, find(self.site.aws, layer))]
        code = dict.fromkeys(self.settings.functions, shop.code(release))
        return planning.make(
            self.site.aws,
            self.settings,
            code,
            planned,
            planning.look(self.site.aws, self.settings, STAGE),
            foreign=zips,
        )

    def deploy(self, shop: Shop, release: str, *, is_read: bool = True) -> Release:
        publish(self.site.aws, STAGE, shop.layer({"idna": "3.7"}), COMMIT)
        self.said: list[str] = []
        plan = self.plan(shop, release, is_read=is_read)
        return roll_out(self.site.aws, STAGE, plan, COMMIT, self.said.append)

    def live(self) -> list[list[str]]:
        reading = self.site.aws.functions.get_function_configuration
        found = [reading(FunctionName=name, Qualifier="live") for name in self.site.names()]
        return [[layer["Arn"] for layer in each.get("Layers", [])] for each in found]

    def drift(self, settings: Settings | None = None) -> list[str]:
        wanted = settings or self.settings
        return [str(each) for each in drift(wanted, observe(self.downloads, wanted, STAGE, None))]


OWN = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:1"


def test_a_layer_of_others_is_attached_in_its_place_and_health_is_asked_for_all_of_opt(
    watched: Watched, shop: Shop
) -> None:
    watched.deploy(shop, "one")
    assert watched.live() == [[WATCHER, OWN]] * 2
    assert watched.said == [
        f"{name}  version 2 runs the code and the layers that were verified" for name in watched.site.names()
    ]
    assert watched.plan(shop, "one").is_empty


def test_status_and_promote_take_it_for_what_the_configuration_says(watched: Watched, shop: Shop) -> None:
    watched.deploy(shop, "one")
    assert watched.drift() == []
    fetched = promote.fetch(watched.site.aws, watched.settings, STAGE, watched.downloads)
    assert [each.name for each in fetched.layers["x86_64"]] == ["tiny-layer"]


def test_one_that_no_configuration_names_is_drift_and_its_going_is_planned(watched: Watched, shop: Shop) -> None:
    watched.deploy(shop, "one")
    without = replace(watched.settings, functions=_with(watched.settings, ("tiny-layer",)).functions)
    told = "\n".join(watched.drift(without))
    assert "has the layers watcher, tiny-layer; config/pipeline.yaml says the layers tiny-layer" in told
    assert "has watcher:1, which is not a layer of this pipeline" in told
    watched.settings = without
    lines = list(watched.plan(shop, "one").lines())
    assert lines.count(f"    detach    {WATCHER}") == 2


def test_a_plan_names_every_layer_that_comes_and_goes(watched: Watched, shop: Shop) -> None:
    watched.site.deploy([shop.layer({"six": "1"})], shop.code("one"))
    lines = list(watched.plan(shop, "one").lines())
    assert lines.count(f"    attach    {WATCHER}") == 2
    assert lines.count("    attach    tiny-layer, a new version") == 2
    assert lines.count("    detach    tiny-layer:1") == 2


def test_another_order_is_said_and_made(watched: Watched, shop: Shop) -> None:
    watched.deploy(shop, "one")
    watched.settings = _with(watched.settings, ("tiny-layer", "watcher"))
    assert f"    order     tiny-layer:1, {WATCHER}" in list(watched.plan(shop, "one").lines())
    watched.deploy(shop, "one")
    assert watched.live() == [[OWN, WATCHER]] * 2


def test_another_version_of_it_is_another_release(watched: Watched, shop: Shop) -> None:
    first = watched.deploy(shop, "one")
    second = publish_watcher(watched.site, "2")
    watched.settings = replace(watched.settings, layer_arns={"watcher": {STAGE.region: second}})
    layer = shop.layer({"idna": "3.7"})
    planned = [PlannedLayer(layer, find(watched.site.aws, layer))]
    code = dict.fromkeys(watched.settings.functions, shop.code("one"))
    zips = {second: foreign.fetch(second, watched.downloads)}
    plan = planning.make(
        watched.site.aws,
        watched.settings,
        code,
        planned,
        planning.look(watched.site.aws, watched.settings, STAGE),
        foreign=zips,
    )
    assert plan.release != first.id
    roll_out(watched.site.aws, STAGE, plan, COMMIT, print)
    assert watched.live() == [[second, OWN]] * 2


def test_where_it_cannot_be_read_the_code_is_asked_for_and_nothing_claims_more(watched: Watched, shop: Shop) -> None:
    watched.deploy(shop, "one", is_read=False)
    assert "a layer of somebody else's cannot be read, so none was compared" in watched.said[0]
    assert watched.drift() == []


def test_one_that_is_gone_is_refused_before_anything_is_changed_but_a_function_that_has_it_keeps_it(
    watched: Watched, shop: Shop
) -> None:
    watched.site.aws.functions.delete_layer_version(LayerName="watcher", VersionNumber=1)
    with pytest.raises(RolloutError, match="there is no such layer version") as caught:
        watched.plan(shop, "one", is_read=False)
    (fault,) = caught.value.faults
    assert fault.where == WATCHER
    watched.settings = replace(watched.settings, layer_arns={"watcher": {STAGE.region: publish_watcher(watched.site)}})
    watched.deploy(shop, "one", is_read=False)
    watched.site.aws.functions.delete_layer_version(LayerName="watcher", VersionNumber=2)
    assert watched.plan(shop, "two", is_read=False).functions


def test_a_rollback_takes_it_back_with_the_rest(watched: Watched, shop: Shop) -> None:
    watched.deploy(shop, "one", is_read=False)
    watched.deploy(shop, "two")
    served = history.read(watched.site.aws, watched.settings, STAGE)
    project = watched.settings.project
    plan = rollback.plan("dev", served, None, watched.downloads, project)
    rollback.carry_out(watched.site.aws, plan, watched.downloads, print)
    assert watched.site.traffic() == ["one", "one"]
    assert watched.live() == [[WATCHER, OWN]] * 2


def test_its_zip_is_fetched_once_for_good(watched: Watched) -> None:
    first = foreign.fetch(WATCHER, watched.downloads)
    assert foreign.kept(WATCHER, watched.downloads.folder) == first
    watched.site.aws.functions.delete_layer_version(LayerName="watcher", VersionNumber=1)
    assert foreign.kept(WATCHER, watched.downloads.folder) == first
    first.unlink()
    assert foreign.kept(WATCHER, watched.downloads.folder) is None
