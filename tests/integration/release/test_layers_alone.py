"""A project that has layers and no functions: what `deploy` and `status` tell, on an emulated AWS."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from deploy.invocation import advised
from deploy.prepare import Prepared
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.looking import Looker
from tests.integration.release.sources import furnish
from tests.integration.shipment import zipped

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

CONFIG = """
layers: {tiny-layer: {channels: true}}
stages:
  dev: {region: eu-central-1}
  prod: {region: eu-central-1, publish-regions: [us-east-1]}
"""
ARN = "arn:aws:lambda:{}:123456789012:layer:tiny-layer:{}"


@pytest.fixture
def look(aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Looker:
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    furnish(tmp_path)
    return Looker(tmp_path, capsys, CONFIG)


@pytest.fixture(autouse=True)
def _first(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    _build(monkeypatch, shop, "3.7")


def test_a_deploy_prints_the_arn_of_the_layer_in_every_region_and_what_to_follow(look: Looker) -> None:
    lines = look.text("deploy", "--stage", "prod").splitlines()
    at = lines.index(ARN.format("eu-central-1", 1))
    assert lines[at + 1 : at + 4] == [
        "  followed as /layers/tiny-layer/next",
        ARN.format("us-east-1", 1),
        "  followed as /layers/tiny-layer/next",
    ]
    assert lines[-1] == "next: attach it to your functions by its ARN"


def test_the_json_has_what_aws_has(look: Looker, aws: Aws) -> None:
    found = look.json("deploy", "--stage", "prod")
    there = aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"]
    (home, away) = found["layers"]
    assert [each["LayerVersionArn"] for each in there] == [home["arn"]]
    assert (home["region"], away["region"], away["arn"]) == ("eu-central-1", "us-east-1", ARN.format("us-east-1", 1))
    followed = aws.parameters.get_parameter(Name=home["followed_as"])["Parameter"]["Value"]
    assert (followed, home["new"], found["applied"], found["changed"]) == (home["arn"], True, True, True)
    again = look.json("deploy", "--stage", "prod")
    assert [(each["arn"], each["new"]) for each in again["layers"]] == [(home["arn"], False), (away["arn"], False)]
    assert (again["changed"], again["uploaded_bytes"]) == (False, 0)


def test_the_nightly_look_asks_for_the_versions_and_what_follows_them(look: Looker) -> None:
    look.text("deploy", "--stage", "dev")
    assert look.run("status", "--stage", "dev", "--check", "--without-template") == 0


def test_a_layer_above_what_a_call_takes_goes_through_the_bucket(
    look: Looker, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.aws.uploads.DIRECT_UPLOAD", 100)
    config = look.project / "config" / "pipeline.yaml"
    config.write_text(CONFIG.replace("dev: {", "dev: {bucket: large, "))
    aws.objects.create_bucket(Bucket="large", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    look.text("deploy", "--stage", "dev")
    (sent,) = aws.objects.list_objects_v2(Bucket="large")["Contents"]
    assert sent["Key"].startswith("channelwright/")


def test_a_plan_has_no_arn_for_what_is_still_to_be_published(look: Looker, aws: Aws) -> None:
    found = look.json("deploy", "--stage", "dev", "--plan")
    assert [(each["version"], each["arn"], each["new"]) for each in found["layers"]] == [(None, None, True)]
    assert (found["applied"], found["changed"]) == (False, True)
    assert aws.functions.list_layers()["Layers"] == []


def test_status_lists_every_version_newest_first_and_what_follows_each(
    look: Looker, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    look.text("deploy", "--stage", "dev")
    aws.functions.create_function(
        FunctionName="somebody-elses",
        Runtime="python3.11",
        Handler="a.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"a.py": PLACEHOLDER})},
        Layers=[ARN.format("eu-central-1", 1)],
    )
    _build(monkeypatch, shop, "3.8")
    look.text("deploy", "--stage", "dev")
    found: Any = look.json("status", "--stage", "dev")["layers"]
    assert [(each["version"], each["channels"], each["functions"]) for each in found] == [
        (2, ["/layers/tiny-layer/next"], []),
        (1, [], [{"name": "somebody-elses", "version": "$LATEST", "aliases": []}]),
    ]
    assert found[0]["changes"] == "idna==3.7->3.8"
    text = look.text("status", "--stage", "dev")
    assert re.search(r"^tiny-layer:1 .* somebody-elses:\$LATEST", text, re.MULTILINE)
    assert text.endswith(f"\n{ARN.format('eu-central-1', 2)}\n")


def test_nothing_published_is_said_with_the_command_that_publishes(look: Looker) -> None:
    said = look.text("status", "--stage", "dev")
    assert said.endswith(f"nothing is published yet: {advised('deploy', '--stage', 'dev')}\n")


def test_nothing_speaks_of_functions_or_of_going_back(look: Looker) -> None:
    spoken = [look.text("deploy", "--stage", stage, *plan) for stage in ("dev", "prod") for plan in ((), ("--plan",))]
    for text in spoken:
        assert not re.search("rollback|roll|release|alias|stack|live", text), text


def test_going_back_is_the_channels_and_the_refusal_says_so(look: Looker, capsys: pytest.CaptureFixture[str]) -> None:
    assert look.run("rollback", "--stage", "dev") == 1
    assert advised("share", "--stage", "dev", "--stable", "VERSION") in capsys.readouterr().err


def test_a_stage_without_a_stack_gets_one_of_the_first_functions_name(tmp_path: Path) -> None:
    from deploy.configuration import load

    (tmp_path / "config").mkdir()
    functions = "functions: {a: {name: 9orders_take, handler: a.b}}"
    (tmp_path / "config" / "pipeline.yaml").write_text(
        f"{functions}\nlayers: {{}}\nstages: {{dev: {{region: eu-central-1}}}}"
    )
    assert load(tmp_path, {}).stages["dev"].stack == "s-9orders-take-dev"


def _build(monkeypatch: pytest.MonkeyPatch, shop: Shop, idna: str) -> None:
    """Have a verified layer, as if it had been built."""
    made = Prepared(layers=(shop.layer({"idna": idna}),), code={}, fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)


def test_json_is_all_there_is_on_stdout(look: Looker) -> None:
    code, text = look.ran("deploy", "--stage", "dev", "--json")
    assert (code, json.loads(text)["stage"]) == (0, "dev")
