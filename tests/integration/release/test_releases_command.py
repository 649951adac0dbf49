"""`releases` and `versions` on an emulated AWS: what there is, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.aws import versions
from deploy.release.publish import publish
from tests.integration.release.looking import Looker
from tests.integration.shipment import COMMIT, STAGE, settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop

BOT, WORKER = "tiny_bot-dev", "tiny_worker-dev"


@pytest.fixture
def look(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Looker:
    site.settings = settings(site.settings.project, health=None)
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    return Looker(tmp_path, capsys)


def test_releases_are_listed_newest_first_and_the_live_one_is_marked(look: Looker, site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    one = site.deploy([layer], shop.code("one")).id
    two = site.deploy([layer], shop.code("two")).id
    found = look.json("releases", "--stage", "dev")["releases"]
    assert [(each["release"], each["functions"], each["live"]) for each in found] == [
        (two, {BOT: "3", WORKER: "3"}, [BOT, WORKER]),
        (one, {BOT: "2", WORKER: "2"}, []),
    ]
    assert found[0]["made"] >= found[1]["made"]
    assert {each["git"] for each in found} == {COMMIT.short}
    rows = look.rows("releases")
    assert [row[0] for row in rows if row and row[0] in {one, two}] == [two, one]
    assert [row[-1] for row in rows if row and row[0] == two] == ["live"]


def test_a_rollback_makes_an_older_one_live_and_the_order_stays(look: Looker, site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    one = site.deploy([layer], shop.code("one")).id
    two = site.deploy([layer], shop.code("two")).id
    assert look.run("rollback", "--stage", "dev", "--yes") == 0
    found = look.json("releases")["releases"]
    assert [(each["release"], bool(each["live"])) for each in found] == [(two, False), (one, True)]


def test_a_version_that_is_gone_is_said(look: Looker, site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    versions.delete(site.aws, BOT, "2")
    assert look.json("releases")["releases"][1]["functions"] == {BOT: None, WORKER: "2"}
    assert f"{BOT}:gone, {WORKER}:2" in look.text("releases")


def test_before_the_first_deploy_there_are_none_and_what_makes_one_is_said(look: Looker) -> None:
    assert look.json("releases")["releases"] == []
    assert "there are none yet: `" in look.text("releases")


def test_versions_are_listed_newest_first_with_what_changed_and_who_has_them(
    look: Looker, site: Site, shop: Shop
) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    publish(site.aws, STAGE, shop.layer({"idna": "3.8"}), COMMIT)
    found = look.json("versions", "--stage", "dev", "--layer", "tiny-layer")["versions"]
    assert [(each["version"], each["changes"]) for each in found] == [(2, "idna==3.7->3.8"), (1, "")]
    users = [(each["name"], each["aliases"]) for each in found[1]["functions"] if each["version"] != "$LATEST"]
    assert users == [(BOT, ["live"]), (WORKER, ["live"])]
    assert [row[0] for row in look.rows("versions") if row and row[0].startswith("tiny")] == [
        "tiny-layer:2",
        "tiny-layer:1",
    ]


def test_a_layer_that_the_project_does_not_have_is_refused(look: Looker, capsys: pytest.CaptureFixture[str]) -> None:
    assert look.run("versions", "--layer", "tiny-layr") == 1
    assert "did you mean tiny-layer?" in capsys.readouterr().err
