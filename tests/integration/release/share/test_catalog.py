"""The catalog, and what `share` prints for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from deploy.share.catalog import SCHEMA
from tests.integration.release.share.conftest import FRIEND, ORGANIZATION, SHARED, arn
from tests.integration.shipment import zipped
from tests.schemas import output

if TYPE_CHECKING:
    from tests.integration.release.share.conftest import Project


def test_the_catalog_follows_its_schema_and_says_what_is_where(project: Project) -> None:
    project.configure(f"{SHARED}, channels: true", ", publish-regions: [us-east-1]")
    project.deploy({"idna": "3.7"})
    project.deploy({"idna": "3.8", "six": "1.16"})
    project.share("--stable", "1")
    catalog = project.catalog()
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), catalog)
    found = {(each["region"], each["version"]): each for each in catalog["versions"]}
    assert list(found) == [("eu-central-1", 2), ("eu-central-1", 1), ("us-east-1", 2), ("us-east-1", 1)]
    first, newest = found["eu-central-1", 1], found["us-east-1", 2]
    assert (first["arn"], first["channels"]) == (arn(1), ["/layers/tiny-layer/stable"])
    assert (newest["arn"], newest["channels"]) == (arn(2, "us-east-1"), ["/layers/tiny-layer/next"])
    assert [(each["name"], each["version"]) for each in newest["packages"]] == [("idna", "3.8"), ("six", "1.16")]
    assert newest["sha256"] == found["eu-central-1", 2]["sha256"] != first["sha256"]
    assert {"principal": "*", "organization": ORGANIZATION} in newest["shared_with"]
    assert newest["published_by_channelwright"]


def test_the_catalog_says_which_version_nobody_verified(project: Project) -> None:
    project.deploy({"idna": "3.7"})
    metadata = "Name: six\nVersion: 1.16\nLicense: MIT\n"
    content = zipped({"python/six.py": "", "python/six-1.16.dist-info/METADATA": metadata})
    project.aws.functions.publish_layer_version(
        LayerName="tiny-layer", Description="by hand", Content={"ZipFile": content}
    )
    project.share()
    catalog = project.catalog()
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), catalog)
    by_hand, ours = catalog["versions"]
    assert (by_hand["published_by_channelwright"], ours["published_by_channelwright"]) == (False, True)
    assert by_hand["git"] is None
    assert by_hand["packages"] == [{"name": "six", "version": "1.16", "license": "MIT", "sha256": None}]


def test_the_same_versions_give_the_same_catalog(project: Project) -> None:
    project.deploy({"idna": "3.7"})
    project.share()
    first = (project.folder / "dist" / "catalog.json").read_bytes()
    project.share()
    assert (project.folder / "dist" / "catalog.json").read_bytes() == first


def test_json_is_all_that_is_said(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.configure(f"share: {{accounts: [{FRIEND}]}}, channels: true")
    project.deploy({"idna": "3.7"})
    project.configure("share: {}, channels: true")
    capsys.readouterr()
    assert project.share("--json", "--plan") == 0
    said = capsys.readouterr()
    assert said.err == ""  # nox sends a command's stderr to stdout
    planned = output("share", said.out)
    assert [(each["principal"], each["state"]) for each in planned["grants"]] == [(FRIEND, "surplus")]
    assert (planned["applied"], planned["changed"], planned["catalog"]) == (False, True, None)
    assert project.share("--json", "--stable") == 0
    done = output("share", capsys.readouterr().out)
    assert (done["applied"], done["grants"], done["catalog"]) == (True, [], "dist/catalog.json")
    assert done["channels"] == [
        {"name": "/layers/tiny-layer/next", "region": "eu-central-1", "before": arn(1), "after": arn(1)},
        {"name": "/layers/tiny-layer/stable", "region": "eu-central-1", "before": None, "after": arn(1)},
    ]


@pytest.mark.parametrize("wrong", ["0", "-1", "latest"])
def test_a_version_that_is_no_number_is_wrong_usage(project: Project, wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        project.share(f"--stable={wrong}")
    assert ended.value.code == 2
