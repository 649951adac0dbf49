"""`python -m deploy show` and `diff` on layer versions of an emulated account, and on files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from deploy.aws.connection import elsewhere
from deploy.layer import sbom
from tests.integration.release import looking
from tests.integration.release.looking import Looker, delivered
from tests.integration.release.test_where_command import FOREIGN, foreign
from tests.integration.shipment import COMMIT, zipped

if TYPE_CHECKING:
    from deploy.aws.connection import Aws
    from deploy.layer.verify import VerifiedLayer
    from tests.integration.shipment import Shop


@pytest.fixture
def layer(aws: Aws, shop: Shop) -> VerifiedLayer:
    return looking.published(aws, shop)


def test_a_version_tells_what_is_in_it_and_what_it_was_made_from(look: Looker, layer: VerifiedLayer) -> None:
    found = look.json("show", "2")
    assert found["name"] == "tiny-layer:2"
    assert found["ours"] is True
    assert (found["sha256"], found["git"], found["image"]) == (layer.built.sha256, "c0ffeec0ffee", "abababababab")
    assert [(each["name"], each["version"], each["wheel"]) for each in found["packages"]] == [
        ("idna", "3.8", "idna-3.8-py3-none-any.whl")
    ]
    assert found["verified"].startswith("published by this pipeline, which publishes what it verified")
    assert found["verification"] is None


def test_the_manifest_of_the_same_bytes_in_dist_tells_the_whole_commit_and_the_evidence(
    look: Looker, layer: VerifiedLayer
) -> None:
    delivered(look, layer)
    found = look.json("show", "tiny-layer:2")
    assert (found["git"], found["image"]) == (COMMIT.sha, "sha256:" + "ab" * 32)
    assert found["verification"]["sha256"] == layer.built.sha256
    # The same paper says nothing of version 1, which has other bytes.
    assert look.json("show", "1")["verification"] is None


@pytest.mark.usefixtures("layer")
def test_a_layers_name_alone_is_its_newest_version(look: Looker) -> None:
    assert look.json("show", "tiny-layer")["name"] == "tiny-layer:2"


@pytest.mark.usefixtures("layer")
def test_people_get_tables(look: Looker) -> None:
    text = look.text("show", "1")
    assert text.startswith("tiny-layer:1\n")
    assert ["six", "1.16"] in [line.split()[:2] for line in text.splitlines()]
    assert "not ours" not in text


@pytest.mark.usefixtures("layer")
def test_anybodys_layer_is_read_and_said_not_to_be_ours(look: Looker, aws: Aws) -> None:
    foreign(aws)
    (there,) = layers.versions(aws, "theirs")
    found = look.json("show", there.arn)
    assert found["ours"] is False
    assert [(each["name"], each["version"]) for each in found["packages"]] == [("idna", "2.0")]
    assert found["verified"] == "nothing is known"
    assert "not ours: no manifest of this pipeline is in it" in look.text("show", "theirs:1")


@pytest.mark.usefixtures("layer")
def test_a_layer_of_another_region_is_read_there(look: Looker, aws: Aws) -> None:
    there = elsewhere(aws, "us-east-1")
    foreign(there, "far")
    (far,) = layers.versions(there, "far")
    assert far.arn.split(":")[3] == "us-east-1"
    assert look.json("show", far.arn)["name"] == "far:1"
    assert look.json("show", "far", "--region", "us-east-1")["arn"] == far.arn
    assert "there is no such layer" in look.refused("show", "far:1")
    assert [each["name"] for each in look.json("diff", "1", far.arn)["packages"]] == ["idna", "six"]


@pytest.mark.usefixtures("layer")
def test_a_description_of_other_bytes_vouches_for_nothing(look: Looker, aws: Aws) -> None:
    note = "sha256:000000000000 git:abc img:def"
    aws.functions.publish_layer_version(LayerName="tiny-layer", Content={"ZipFile": zipped(FOREIGN)}, Description=note)
    assert look.json("show", "3")["verified"] == "its description speaks of other bytes than these: nothing is known"


def test_the_sbom_is_made_from_the_zip_and_is_the_builds_own(look: Looker, layer: VerifiedLayer) -> None:
    found = json.loads(look.text("show", "2", "--sbom"))
    assert found["bomFormat"] == "CycloneDX"
    assert [each["purl"] for each in found["components"]] == ["pkg:pypi/idna@3.8"]
    assert found["serialNumber"] == json.loads(sbom.sbom(layer.built))["serialNumber"]


def test_two_versions_are_compared(look: Looker, layer: VerifiedLayer) -> None:
    found = look.json("diff", "1", "2")
    assert found["names"] == {"before": "tiny-layer:1", "after": "tiny-layer:2"}
    assert [(each["name"], each["kind"]) for each in found["packages"]] == [("idna", "upgraded"), ("six", "removed")]
    assert found["files"]["removed"] == ["python/six.py"]
    assert found["after"]["sha256"] == layer.built.sha256
    assert look.json("diff", "2", "1")["packages"][0]["kind"] == "downgraded"


def test_what_is_built_is_compared_with_what_is_published(look: Looker, layer: VerifiedLayer) -> None:
    delivered(look, layer)
    assert look.text("diff", "2").splitlines()[-1] == f"the same bytes: sha256 {layer.built.sha256}"
    assert ["six", "1.16", "removed"] in look.rows("diff", "1", "local")


@pytest.mark.usefixtures("layer")
def test_files_are_named_where_that_is_asked(look: Looker) -> None:
    assert "- python/six.py" not in look.text("diff", "1", "2")
    assert "  - python/six.py\n" in look.text("diff", "1", "2", "--files")


@pytest.mark.usefixtures("layer")
def test_a_pull_request_gets_markdown(look: Looker) -> None:
    text = look.text("diff", "1", "2", "--markdown")
    assert text.startswith("### tiny-layer:1 → tiny-layer:2\n\n|  | before | after |  |\n| --- | --- | --- | --- |\n")
    assert "| idna | 3.7 | 3.8 |" in text
    assert "<summary>Files: 0 added, 1 removed, 2 changed</summary>" in text
    assert "- python/six.py" in text


@pytest.mark.usefixtures("layer")
def test_what_is_not_there_is_refused_with_what_to_do(look: Looker) -> None:
    assert "tiny-layer:9: there is no such layer version in eu-central-1" in look.refused("show", "9")
    assert "nothing: the account has no such layer" in look.refused("show", "nothing")
    missing = look.refused("diff", "1", "local")
    assert "tiny-layer.zip: No such file or directory" in missing
    assert "build it: `nox -s layer`" in missing


def test_what_names_no_layer_is_refused_before_aws_is_asked(look: Looker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "names no layer version" in look.refused("show", "a b")
    assert "names no layer version" in look.refused("diff", "1", "arn:aws:lambda:eu-central-1:1:layer:x:1")


def test_files_are_compared_without_an_account(look: Looker, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    before, after = (str(shop.layer({"idna": version}).built.zip) for version in ("3.7", "3.8"))
    assert look.json("diff", before, after)["packages"][0]["kind"] == "upgraded"
