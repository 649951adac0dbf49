"""What is otherwise than a release left it, and than config and template say, is drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.aws import change_sets, layers
from deploy.release import stack
from deploy.template import source
from tests.integration.release.looking import CONFIG, Looker
from tests.integration.release.status.statuses import BOT, drift, live
from tests.integration.release.test_where_command import foreign
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_a_deleted_layer_version_that_is_in_use_is_drift(look: Looker, released: Site) -> None:
    layers.delete(released.aws, "tiny-layer", 1)
    found = live(look)
    assert (found["layers"][0]["place"], found["size"]) == ("deleted", None)
    assert [each.partition(", which was")[0] for each in drift(look)] == [
        "tiny_bot-dev:2: has tiny-layer:1",
        "tiny_worker-dev:2: has tiny-layer:1",
    ]


def test_a_function_that_was_changed_by_hand_is_drift(look: Looker, released: Site) -> None:
    released.aws.functions.update_function_configuration(FunctionName=BOT, Timeout=17, MemorySize=512)
    assert drift(look) == [f"{BOT}: $LATEST differs from what is live: MemorySize, Timeout"]


def test_a_weighted_alias_is_drift_and_both_versions_are_shown(look: Looker, released: Site, shop: Shop) -> None:
    released.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    released.aws.functions.update_alias(
        FunctionName=BOT, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}}
    )
    (alias,) = look.json("status")["functions"][0]["aliases"]
    assert [(each["version"], each["share"]) for each in alias["versions"]] == [("3", 0.75), ("2", 0.25)]
    assert drift(look) == [f"{BOT}:live: sends 25% to version 2"]
    assert "3 (75%)" in look.text("status")


def test_an_alias_that_was_moved_by_hand_is_drift(look: Looker, released: Site, shop: Shop) -> None:
    first = look.json("status")["functions"][0]["aliases"][0]["release"]
    released.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    second = look.json("status")["functions"][0]["aliases"][0]["release"]
    released.aws.functions.update_alias(FunctionName=BOT, Name="live", FunctionVersion="2")
    assert drift(look) == [
        f"{BOT}:live: stands for version 2; release {second} left it at 3",
        f"dev: its functions are of different releases: {BOT} on {first}; tiny_worker-dev on {second}",
    ]


def test_a_version_that_was_published_by_hand_with_anybodys_layer_is_drift(look: Looker, released: Site) -> None:
    foreign(released.aws)
    (there,) = layers.versions(released.aws, "theirs")
    released.aws.functions.update_function_configuration(FunctionName=BOT, Layers=[there.arn])
    version = released.aws.functions.publish_version(FunctionName=BOT)["Version"]
    released.aws.functions.update_alias(FunctionName=BOT, Name="live", FunctionVersion=version, Description="")
    assert drift(look) == [
        f"{BOT}:3: has the layers theirs; config/pipeline.yaml says the layers tiny-layer",
        f"{BOT}:3: was not published by this pipeline: its description names no release",
        f"{BOT}:3: has theirs:1, which is not a layer of this pipeline: no manifest of ours is in it, or may be read",
    ]


def test_other_bytes_than_the_release_was_verified_with_are_drift(look: Looker, released: Site, shop: Shop) -> None:
    release = look.json("status")["functions"][0]["aliases"][0]["release"]
    note = released.aws.functions.get_function_configuration(FunctionName=BOT, Qualifier="2")["Description"]
    code = shop.code("other").zip.read_bytes()
    released.aws.functions.update_function_code(FunctionName=BOT, ZipFile=code)
    version = released.aws.functions.publish_version(FunctionName=BOT, Description=note)["Version"]
    history = f"channelwright {release}:{version}"
    released.aws.functions.update_alias(FunctionName=BOT, Name="live", FunctionVersion=version, Description=history)
    assert drift(look) == [f"{BOT}:3: has other code than release {release} was verified with"]


@pytest.mark.usefixtures("released")
def test_what_config_says_otherwise_is_drift(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    config = CONFIG.replace("bot.handler", "bot.other").replace(
        "layers: {tiny-layer: {}}", "architectures: [arm64]\nlayers: {tiny-layer: {}}"
    )
    assert drift(Looker(tmp_path, capsys, config))[:2] == [
        f"{BOT}:2: has Handler bot.handler; config/pipeline.yaml says bot.other",
        f"{BOT}:2: runs on x86_64; config/pipeline.yaml builds for arm64",
    ]


def test_a_function_or_an_alias_that_is_missing_is_drift(look: Looker, released: Site) -> None:
    released.aws.functions.delete_alias(FunctionName=BOT, Name="live")
    released.aws.functions.delete_function(FunctionName="tiny_worker-dev")
    assert drift(look) == [
        # The one that would make what is missing.
        "stack tiny-dev: there is no such stack",
        "tiny_worker-dev: there is no such function",
        f"{BOT}: there is no alias live, which config/pipeline.yaml names",
    ]


@pytest.mark.usefixtures("released")
def test_what_the_lock_has_otherwise_is_remarked(look: Looker) -> None:
    (look.project / "requirements.txt").write_text(f"idna==3.9 --hash=sha256:{'a' * 64}\n")
    assert "what is live has other versions than the lock: idna 3.7 -> 3.9" in look.text("status")
    (look.project / "requirements.txt").write_text("idna\n")
    assert "requirements.txt:1" in look.text("status")


class TestWithATemplate:
    """The stack's side: tiny.yaml, deployed by its change set."""

    @pytest.fixture
    def stacked(self, aws: Aws, look: Looker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looker]:
        template = Path(__file__).parents[1].joinpath("tiny.yaml").read_text()
        (look.project / "tiny.yaml").write_text(template)
        text = CONFIG.replace("suffix: -dev}", "suffix: -dev, parameters: {Greeting: {env: GREETING}}}")
        (look.project / "config" / "pipeline.yaml").write_text(f"template: tiny.yaml\n{text}")
        made = stack.propose(aws, STAGE, source.file(look.project / "tiny.yaml"), {"Greeting": "hello"})
        assert made
        change_sets.execute(aws, made)
        monkeypatch.setenv("GREETING", "hello")
        yield look
        left = aws.stacks.list_change_sets(StackName="tiny-dev")["Summaries"]
        assert [each for each in left if each["ExecutionStatus"] != "EXECUTE_COMPLETE"] == []

    def test_a_stack_as_the_template_says_has_not_drifted(self, stacked: Looker) -> None:
        assert stacked.json("status")["stack"] == {
            "name": "tiny-dev",
            "status": "CREATE_COMPLETE",
            "reason": "",
            "changes": [],
        }
        assert "stack tiny-dev: CREATE_COMPLETE, as the template says" in stacked.text("status")

    def test_what_a_deploy_would_change_is_drift(self, stacked: Looker) -> None:
        path = stacked.project / "tiny.yaml"
        path.write_text(path.read_text().replace("Default: 128", "Default: 256"))
        (change,) = stacked.json("status")["stack"]["changes"]
        assert (change["action"], change["resource"]) == ("Modify", "Bot")
        assert any(each.startswith("stack tiny-dev: the template would modify Bot") for each in drift(stacked))

    def test_a_parameter_whose_variable_is_not_set_keeps_its_value(
        self, stacked: Looker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GREETING")
        assert stacked.json("status")["stack"]["changes"] == []
        monkeypatch.setenv("GREETING", "other")
        assert [each["resource"] for each in stacked.json("status")["stack"]["changes"]] == ["Bot"]

    def test_the_comparison_can_be_left_out(self, stacked: Looker) -> None:
        assert stacked.json("status", "--without-template")["stack"]["changes"] is None
        text = stacked.text("status", "--without-template")
        assert "stack tiny-dev: CREATE_COMPLETE, not compared with the template" in text

    def test_a_stack_that_is_not_there_is_drift_and_is_not_made(self, stacked: Looker, aws: Aws) -> None:
        (stacked.project / "config" / "pipeline.yaml").write_text(
            (stacked.project / "config" / "pipeline.yaml").read_text().replace("stack: tiny-dev", "stack: other")
        )
        assert "stack other: there is no such stack" in drift(stacked)
        assert [each["StackName"] for each in aws.stacks.describe_stacks()["Stacks"]] == ["tiny-dev"]


def test_a_rollback_is_no_drift_and_the_next_deploy_says_what_it_brings_back(
    look: Looker, released: Site, shop: Shop
) -> None:
    layer, code = shop.layer({"idna": "3.8"}), shop.code("two")
    taken_back = released.deploy([layer], code).id
    assert look.run("rollback", "--stage", "dev", "--yes") == 0
    assert look.run("status", "--stage", "dev", "--check") == 0
    assert drift(look) == []
    lines = list(released.plan([layer], code).lines())
    told = f"  note      release {taken_back} was live and was taken back by a rollback: this brings it back"
    assert told in lines
    assert not any("taken back" in line for line in released.plan([layer], shop.code("three")).lines())
    released.aws.functions.update_function_configuration(FunctionName=BOT, Timeout=17)
    assert drift(look) == [f"{BOT}: $LATEST differs from version 3, which was deployed last: Timeout"]
    released.deploy([layer], code)
    assert not any("taken back" in line for line in released.plan([layer], code).lines())
