"""What an earlier version built and deployed, shown, compared, rolled back and promoted by this one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.published.descriptions import AliasNote, VersionNote
from tests.integration.release.conftest import ROLE
from tests.integration.release.looking import Looker
from tests.published_before import FOLDERS, PublishedBefore
from tests.schemas import output

if TYPE_CHECKING:
    from deploy.aws.connection import Aws

CONFIG = """
layers: {tiny-layer: {license: MIT}}
functions:
  bot: {name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {tiny: health}}
  worker: {name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {tiny: health}}
template: template.yaml
stages:
  dev: {region: eu-central-1, stack: tiny-dev, suffix: -dev, parameters: {Greeting: hello}}
  prod: {region: eu-central-1, stack: tiny-prod, parameters: {Greeting: hello}}
"""
NAMES = ("tiny_bot-dev", "tiny_worker-dev")
TEMPLATE = Path(__file__).with_name("tiny.yaml")


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def before(request: pytest.FixtureRequest, aws: Aws) -> PublishedBefore:
    found = PublishedBefore(request.param)
    found.restore(aws.functions, ROLE)
    return found


@pytest.fixture
def look(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Looker:
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "template.yaml").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    return Looker(tmp_path, capsys, CONFIG)


def _deliver(look: Looker, before: PublishedBefore, version: int) -> None:
    """Leave in dist/ what that version's `layer` left there."""
    shutil.copytree(before.folder / f"dist-{version}", look.project / "dist")
    (look.project / "dist" / "tiny-layer.zip").write_bytes(before.layer(version))


def test_show_tells_what_is_in_it(look: Looker, before: PublishedBefore) -> None:
    found = look.json("show", "2")
    assert found["ours"] is True
    assert {each["name"]: each["version"] for each in found["packages"]} == {"jmespath": "1.1.0", "six": "1.17.0"}
    assert found["verified"].startswith("published by this pipeline, which publishes what it verified")
    assert "six" in look.text("show", "1")
    _deliver(look, before, 2)
    found = look.json("show", "2")
    assert found["verification"]["sha256"] == found["sha256"]
    assert "3.11" in found["verified"]


@pytest.mark.usefixtures("before")
def test_diff_tells_two_of_them_apart(look: Looker) -> None:
    found = look.json("diff", "1", "2")
    assert [(each["name"], each["kind"]) for each in found["packages"]] == [("jmespath", "added")]
    assert "jmespath" in look.text("diff", "1", "2")


def test_diff_and_report_read_the_zip_that_lies_in_dist(look: Looker, before: PublishedBefore) -> None:
    _deliver(look, before, 1)
    assert [each["kind"] for each in look.json("diff", "local", "2")["packages"]] == ["added"]
    look.text("report")
    page = (look.project / "dist" / "tiny-layer.html").read_text(encoding="utf-8")
    assert "1.17.0" in page
    assert "no manifest" not in page


def test_status_knows_what_is_live(look: Looker, before: PublishedBefore) -> None:
    code, text = look.ran("status", "--stage", "dev", "--json")
    assert code == 0
    live = {each["aliases"][0]["release"] for each in output("status", text)["functions"]}
    assert live == {
        AliasNote.parse(each["alias"]["Description"]).history[0].release for each in before.aws["functions"]
    }


@pytest.mark.usefixtures("before")
def test_rollback_goes_back_and_forward_again(look: Looker, aws: Aws) -> None:
    for release in ("release 1", "release 2"):
        look.text("rollback", "--stage", "dev", "--yes")
        for name in NAMES:
            answer = aws.functions.invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
            assert json.loads(answer["Payload"].read()) == {"release": release}


@pytest.mark.container
@pytest.mark.usefixtures("before")
def test_promote_proves_the_very_bytes_and_makes_them_live_elsewhere(
    look: Looker, aws: Aws, runtime_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANNELWRIGHT_RUNTIME_IMAGE", runtime_image)
    assert main(["--project", str(look.project), "promote", "--from", "dev", "--to", "prod", "--yes"]) == 0
    for name in NAMES:
        there = aws.functions.get_function_configuration(FunctionName=name, Qualifier="live")
        here = aws.functions.get_function_configuration(FunctionName=name.removesuffix("-dev"), Qualifier="live")
        assert (here["CodeSha256"], here["Layers"]) == (there["CodeSha256"], there["Layers"])
        alias = aws.functions.get_alias(FunctionName=name, Name="live")
        (now,) = AliasNote.parse(alias["Description"]).history[:1]
        assert (note := VersionNote.parse(here["Description"]))
        assert note.release == now.release
