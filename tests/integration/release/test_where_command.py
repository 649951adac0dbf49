"""`python -m deploy where`: which layer versions of an emulated account hold a package, and what runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from tests.integration.shipment import settings, zipped

if TYPE_CHECKING:
    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.release.looking import Looker
    from tests.integration.shipment import Shop

FOREIGN = {
    "python/idna/core.py": "",
    "python/idna-2.0.dist-info/METADATA": "Name: IDNA\nVersion: 2.0\n",
}


@pytest.fixture
def released(site: Site, shop: Shop) -> Site:
    # That a health check passes is proven elsewhere: here it would take most of the time.
    site.settings = settings(site.settings.project, health=None)
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.deploy([shop.layer({"idna": "3.8", "six": "1.16"})], shop.code("two"))
    return site


def foreign(aws: Aws, name: str = "theirs") -> None:
    aws.functions.publish_layer_version(LayerName=name, Content={"ZipFile": zipped(FOREIGN)})


def test_every_version_of_every_layer_that_holds_it_is_found_with_what_runs_it(look: Looker, released: Site) -> None:
    foreign(released.aws)
    found = look.json("where", "idna")
    assert [(each["layer"], each["version"], each["package_version"]) for each in found["holders"]] == [
        ("theirs", 1, "2.0"),
        ("tiny-layer", 2, "3.8"),
        ("tiny-layer", 1, "3.7"),
    ]
    assert found["holders"][0]["users"] == []
    assert found["holders"][1]["users"] == [
        {"function": "tiny_bot-dev", "version": "$LATEST", "aliases": []},
        {"function": "tiny_bot-dev", "version": "3", "aliases": ["live"]},
        {"function": "tiny_worker-dev", "version": "$LATEST", "aliases": []},
        {"function": "tiny_worker-dev", "version": "3", "aliases": ["live"]},
    ]
    assert (found["opened"], found["unseen"]) == (3, [])


@pytest.mark.usefixtures("released")
def test_a_version_can_be_named_or_bounded(look: Looker) -> None:
    def versions(package: str) -> list[str]:
        return [each["package_version"] for each in look.json("where", package)["holders"]]

    assert versions("IDNA==3.7") == ["3.7"]
    assert versions("idna<3.8") == ["3.7"]
    assert versions("idna>=3") == ["3.8", "3.7"]
    assert versions("six") == ["1.16"]
    assert versions("requests") == []


@pytest.mark.usefixtures("released")
def test_people_get_a_table_and_a_sentence(look: Looker) -> None:
    rows = look.rows("where", "idna==3.8")
    assert ["tiny-layer:2", "idna", "3.8", "tiny_bot-dev:$LATEST"] in rows
    assert ["tiny_bot-dev:3", "(live)"] in rows
    assert " ".join(rows[-1]) == (
        "1 of 2 layer versions hold idna==3.8; 4 function versions have them, 2 through an alias"
    )


def test_a_deleted_version_that_something_still_has_is_said(look: Looker, released: Site) -> None:
    layers.delete(released.aws, "tiny-layer", 2)
    found = look.json("where", "idna")
    assert [each["version"] for each in found["holders"]] == [1]
    (unseen,) = found["unseen"]
    assert (unseen["why"], len(unseen["users"])) == ("deleted", 4)
    text = look.text("where", "idna")
    assert "in use, and cannot be opened" in text
    assert "tiny-layer:2  deleted  tiny_bot-dev:$LATEST" in text


def test_a_deleted_version_that_nothing_has_is_not_spoken_of(look: Looker, released: Site) -> None:
    for number in (2, 3):
        foreign(released.aws)
        layers.delete(released.aws, "theirs", number - 1)
    assert look.json("where", "idna")["unseen"] == []


def test_another_accounts_layer_that_a_function_has_is_opened_too(look: Looker, released: Site) -> None:
    foreign(released.aws)
    (arn,) = (each.arn for each in layers.versions(released.aws, "theirs"))
    released.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Layers=[arn])
    found = look.json("where", "idna", "--layer", "theirs", "--in-use")
    assert [each["users"][0]["version"] for each in found["holders"]] == ["$LATEST"]
    assert found["opened"] == 1


def test_only_what_is_in_use_is_opened_where_that_is_asked(look: Looker, released: Site) -> None:
    foreign(released.aws)
    assert look.json("where", "idna", "--in-use")["opened"] == 2


@pytest.mark.usefixtures("released")
def test_each_zip_is_downloaded_once(look: Looker, monkeypatch: pytest.MonkeyPatch) -> None:
    first = look.json("where", "idna")

    def refuse(*_: object) -> bytes:
        raise AssertionError("downloaded again")

    monkeypatch.setattr("deploy.aws.layers.fetch", refuse)
    assert look.json("where", "idna") == first


@pytest.mark.parametrize("package", ["idna[extra]", "idna @ https://example.com", "==3", "idna; sys_platform=='x'"])
def test_what_is_no_name_with_versions_is_wrong_usage(look: Looker, package: str) -> None:
    with pytest.raises(SystemExit) as ended:
        look.run("where", package)
    assert ended.value.code == 2
