"""Deleting old versions in an emulated AWS, which like the real one lets a layer version in use be deleted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.aws import layers
from deploy.prune import removal
from deploy.prune.values import KeepPolicy
from deploy.published.downloads import Downloads
from tests.integration.release.pruning import NOW, foreign, layers_of, planned, prune, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_without_yes_everything_is_said_and_nothing_is_changed(
    used: Site, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prune(project, "--keep", "1") == 0
    out = capsys.readouterr().out
    rows = [re.split(r"\s{2,}", line) for line in out.splitlines()]
    told = {row[1]: (row[0], row[-1]) for row in rows if row[0] in {"keep", "delete"}}
    assert told["tiny_bot-dev:5"] == ("keep", "alias live; newest 1")
    assert told["tiny_bot-dev:4"] == ("delete", "nothing refers to it")
    assert told["tiny-layer:4"][1] == (
        "newest 1; tiny_bot-dev:5 (live); tiny_worker-dev:5 (live); tiny_bot-dev:$LATEST; and 1 more"
    )
    assert told["tiny-layer:1"] == ("delete", "nothing refers to it")
    assert "versions to delete: 8 of functions, 3 of layers" in out
    assert "of the region's 80.5 GB of code storage are taken" in out
    assert out.endswith("nothing was changed; --yes deletes\n")
    assert (versions(used), layers_of(used)) == (["1", "2", "3", "4", "5"], [1, 2, 3, 4])


def test_with_yes_what_nothing_refers_to_is_gone_and_traffic_and_rollback_go_on(
    used: Site, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prune(project, "--keep", "2", "--yes") == 0
    out = capsys.readouterr().out
    assert (versions(used), layers_of(used)) == (["4", "5"], [3, 4])
    assert out.index("tiny_worker-dev:1  deleted") < out.index("tiny-layer:1  deleted")
    freed = [layers.content(used.aws, "tiny-layer", 3).size]
    assert freed[0] > 0
    assert "8 deleted, " in out
    assert main(["--project", str(project), "rollback", "--stage", "dev", "--yes"]) == 0
    assert used.traffic() == ["3", "3"]
    assert prune(project, "--keep", "2", "--yes") == 0
    assert capsys.readouterr().out.endswith("nothing to delete\n")


def test_how_much_it_frees_is_told_by_the_functions_that_had_a_version_and_asked_for_where_none_had(
    used: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in used.names():
        used.aws.functions.delete_function(FunctionName=name, Qualifier="2")
    asked: list[str] = []
    ask = Downloads.size

    def noted(downloads: Downloads, arn: str) -> int:
        asked.append(arn.rpartition(":")[2])
        return ask(downloads, arn)

    monkeypatch.setattr(Downloads, "size", noted)
    sizes = {each.version: each.size for each in planned(used, keep=1).going if each.kind == "layer"}
    assert sizes == {number: layers.content(used.aws, "tiny-layer", number).size for number in (1, 2, 3)}
    assert asked == ["1"]


def test_what_the_last_releases_need_for_a_rollback_stays(site: Site, shop: Shop, project: Path) -> None:
    """Three versions are made and the oldest is taken up again: by number it is not among the newest two."""
    layer = shop.layer({"idna": "3.7"})
    for name in ("one", "two", "three", "one"):
        site.deploy([layer], shop.code(name))
    site.deploy([layer], shop.code("four"))
    assert prune(project, "--keep", "2", "--yes") == 0
    assert versions(site) == ["2", "4", "5"]
    assert main(["--project", str(project), "rollback", "--stage", "dev", "--yes"]) == 0
    assert site.traffic() == ["one", "one"]


def test_young_versions_stay_and_those_of_unknown_age(used: Site) -> None:
    later = NOW + timedelta(days=10)
    assert not planned(used, keep=0, days=11, now=later).going
    assert planned(used, keep=0, days=9, now=later).going
    policy = KeepPolicy(0, 1, NOW)
    assert list(policy.young("last week")) == ["its age is unknown"]


def test_what_an_alias_of_anybody_sends_a_share_of_traffic_to_stays(used: Site) -> None:
    functions = used.aws.functions
    functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}}
    )
    functions.create_alias(FunctionName="tiny_worker-dev", Name="canary", FunctionVersion="2")
    kept = {str(each): each.kept for each in planned(used, keep=1).judged if each.kept}
    assert kept["tiny_bot-dev:3"] == ("alias live",)
    assert kept["tiny_worker-dev:2"] == ("alias canary",)
    assert kept["tiny-layer:2"] == ("tiny_bot-dev:3 (live)",)
    assert kept["tiny-layer:1"] == ("tiny_worker-dev:2 (canary)",)


@pytest.mark.parametrize("qualifier", ["$LATEST", "1"])
def test_a_layer_that_a_function_of_another_project_has_stays(used: Site, qualifier: str) -> None:
    foreign(used, 2)
    if qualifier == "1":
        used.aws.functions.publish_version(FunctionName="theirs")
        used.aws.functions.update_function_configuration(FunctionName="theirs", Layers=[])
    plan = planned(used, keep=1)
    assert {str(each): each.kept for each in plan.judged}["tiny-layer:2"] == (f"theirs:{qualifier}",)
    removal.carry_out(used.aws, plan, lambda _: None)
    assert layers_of(used) == [2, 4]
    assert "theirs" in {each["FunctionName"] for each in used.aws.functions.list_functions()["Functions"]}


def test_a_layer_that_other_accounts_were_let_into_stays(used: Site) -> None:
    used.aws.functions.add_layer_version_permission(
        LayerName="tiny-layer",
        VersionNumber=1,
        StatementId="friends",
        Action="lambda:GetLayerVersion",
        Principal="111111111111",
    )
    kept = {str(each): each.kept for each in planned(used, keep=1).judged if each.kept}
    assert kept["tiny-layer:1"] == ("shared with other accounts",)
    assert "tiny-layer:2" not in kept


def test_what_the_stack_made_stays(used: Site) -> None:
    """CloudFormation reads its AWS::Lambda::Version again when the alias that is made of it changes."""
    template = """
    {"Resources": {"Old": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": "tiny_bot-dev"}}}}
    """
    used.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Timeout=4)
    used.aws.stacks.create_stack(StackName="tiny-dev", TemplateBody=template)
    used.aws.stacks.get_waiter("stack_create_complete").wait(StackName="tiny-dev")
    made = used.aws.functions.list_versions_by_function(FunctionName="tiny_bot-dev")["Versions"][-1]["Version"]
    for number in (5, 6):
        used.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Timeout=number)
        used.aws.functions.publish_version(FunctionName="tiny_bot-dev")
    kept = {str(each): each.kept for each in planned(used, keep=1).judged if each.kept}
    assert "stack tiny-dev" in kept[f"tiny_bot-dev:{made}"]


def test_each_architecture_has_newest_versions_of_its_own(used: Site, shop: Shop) -> None:
    content = shop.layer({"idna": "arm"}).built.zip.read_bytes()
    used.aws.functions.publish_layer_version(
        LayerName="tiny-layer", Content={"ZipFile": content}, CompatibleArchitectures=["arm64"]
    )
    kept = {str(each): each.kept for each in planned(used, keep=1).judged if each.kept}
    assert kept["tiny-layer:5"] == ("newest 1",)
    assert "newest 1" in kept["tiny-layer:4"]
