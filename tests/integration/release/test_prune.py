"""Deleting old versions in an emulated AWS, which like the real one lets a layer version in use be deleted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from deploy.__main__ import main
from deploy.aws import layers
from deploy.prune import plan as planning
from deploy.prune import removal
from deploy.prune.values import KeepPolicy
from deploy.published.downloads import Downloads
from deploy.settings import Layer, Stage
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.faults import WAYS, Killed, Trap, refusing
from tests.integration.shipment import STAGE, zipped
from tests.schemas import output

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.prune.plan import PrunePlan
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop

NOW = datetime.now(UTC)


@pytest.fixture
def used(site: Site, shop: Shop) -> Site:
    """Deploy four releases with a layer version each: 1 to 4, function versions 2 to 5. Version 1 is a placeholder."""
    for number in range(1, 5):
        site.deploy([shop.layer({"idna": str(number)})], shop.code(str(number)))
    return site


def test_without_yes_everything_is_said_and_nothing_is_changed(
    used: Site, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _prune(project, "--keep", "1") == 0
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
    assert (_versions(used), _layers(used)) == (["1", "2", "3", "4", "5"], [1, 2, 3, 4])


def test_with_yes_what_nothing_refers_to_is_gone_and_traffic_and_rollback_go_on(
    used: Site, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _prune(project, "--keep", "2", "--yes") == 0
    out = capsys.readouterr().out
    assert (_versions(used), _layers(used)) == (["4", "5"], [3, 4])
    assert out.index("tiny_worker-dev:1  deleted") < out.index("tiny-layer:1  deleted")
    freed = [layers.content(used.aws, "tiny-layer", 3).size]
    assert freed[0] > 0
    assert "8 deleted, " in out
    assert main(["--project", str(project), "rollback", "--stage", "dev", "--yes"]) == 0
    assert used.traffic() == ["3", "3"]
    assert _prune(project, "--keep", "2", "--yes") == 0
    assert capsys.readouterr().out.endswith("nothing to delete\n")


def test_what_the_last_releases_need_for_a_rollback_stays(site: Site, shop: Shop, project: Path) -> None:
    """Three versions are made and the oldest is taken up again: by number it is not among the newest two."""
    layer = shop.layer({"idna": "3.7"})
    for name in ("one", "two", "three", "one"):
        site.deploy([layer], shop.code(name))
    site.deploy([layer], shop.code("four"))
    assert _prune(project, "--keep", "2", "--yes") == 0
    assert _versions(site) == ["2", "4", "5"]
    assert main(["--project", str(project), "rollback", "--stage", "dev", "--yes"]) == 0
    assert site.traffic() == ["one", "one"]


def test_young_versions_stay_and_those_of_unknown_age(used: Site) -> None:
    later = NOW + timedelta(days=10)
    assert not _plan(used, keep=0, days=11, now=later).going
    assert _plan(used, keep=0, days=9, now=later).going
    policy = KeepPolicy(0, 1, NOW)
    assert list(policy.young("last week")) == ["its age is unknown"]


def test_what_an_alias_of_anybody_sends_a_share_of_traffic_to_stays(used: Site) -> None:
    functions = used.aws.functions
    functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}}
    )
    functions.create_alias(FunctionName="tiny_worker-dev", Name="canary", FunctionVersion="2")
    kept = {str(each): each.kept for each in _plan(used, keep=1).judged if each.kept}
    assert kept["tiny_bot-dev:3"] == ("alias live",)
    assert kept["tiny_worker-dev:2"] == ("alias canary",)
    assert kept["tiny-layer:2"] == ("tiny_bot-dev:3 (live)",)
    assert kept["tiny-layer:1"] == ("tiny_worker-dev:2 (canary)",)


@pytest.mark.parametrize("qualifier", ["$LATEST", "1"])
def test_a_layer_that_a_function_of_another_project_has_stays(used: Site, qualifier: str) -> None:
    _foreign(used, 2)
    if qualifier == "1":
        used.aws.functions.publish_version(FunctionName="theirs")
        used.aws.functions.update_function_configuration(FunctionName="theirs", Layers=[])
    plan = _plan(used, keep=1)
    assert {str(each): each.kept for each in plan.judged}["tiny-layer:2"] == (f"theirs:{qualifier}",)
    removal.carry_out(used.aws, plan, lambda _: None)
    assert _layers(used) == [2, 4]
    assert "theirs" in {each["FunctionName"] for each in used.aws.functions.list_functions()["Functions"]}


def test_a_layer_that_other_accounts_were_let_into_stays(used: Site) -> None:
    used.aws.functions.add_layer_version_permission(
        LayerName="tiny-layer",
        VersionNumber=1,
        StatementId="friends",
        Action="lambda:GetLayerVersion",
        Principal="111111111111",
    )
    kept = {str(each): each.kept for each in _plan(used, keep=1).judged if each.kept}
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
    kept = {str(each): each.kept for each in _plan(used, keep=1).judged if each.kept}
    assert "stack tiny-dev" in kept[f"tiny_bot-dev:{made}"]


def test_each_architecture_has_newest_versions_of_its_own(used: Site, shop: Shop) -> None:
    content = shop.layer({"idna": "arm"}).built.zip.read_bytes()
    used.aws.functions.publish_layer_version(
        LayerName="tiny-layer", Content={"ZipFile": content}, CompatibleArchitectures=["arm64"]
    )
    kept = {str(each): each.kept for each in _plan(used, keep=1).judged if each.kept}
    assert kept["tiny-layer:5"] == ("newest 1",)
    assert "newest 1" in kept["tiny-layer:4"]


def test_what_is_taken_up_after_the_plan_was_made_is_refused_by_us_and_the_rest_goes(
    used: Site, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out = removal.carry_out

    def meddled(*arguments: Any) -> Any:
        _foreign(used, 2)
        used.aws.functions.update_alias(
            FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
        )
        return carry_out(*arguments)

    monkeypatch.setattr(removal, "carry_out", meddled)
    assert _prune(project, "--keep", "1", "--yes", "--json") == 1
    said = capsys.readouterr()
    answer = output("prune", said.out)
    assert "tiny-layer:2: is in use by theirs:$LATEST, and was not deleted" in said.err
    assert "tiny_bot-dev:2: is in use by alias live, and was not deleted" in said.err
    assert "tiny-layer:1: is in use by tiny_bot-dev:2 (live), and was not deleted" in said.err
    assert answer["deleted"][-1] == "tiny-layer:3"
    assert len(answer["failed"]) == 3
    assert (_versions(used), _layers(used)) == (["2", "5"], [1, 2, 4])


def test_nothing_in_use_can_be_deleted_by_asking_for_it(used: Site) -> None:
    version = layers.versions(used.aws, "tiny-layer")[0]
    asked = removal.Removal(used.aws)
    asked.layer_versions([version.arn])
    asked.function_versions([("tiny_bot-dev", "5")])
    said = {where: fault.what for where, [fault] in asked.stays.items()}
    assert said["tiny-layer:4"].startswith("is in use by tiny_bot-dev:$LATEST")
    assert said["tiny_bot-dev:5"].startswith("is in use by alias live")
    assert (_versions(used), _layers(used)) == (["1", "2", "3", "4", "5"], [1, 2, 3, 4])
    assert used.traffic() == ["4", "4"]


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        ("DeleteFunction", "refused"),
        ("DeleteFunction", "answer lost once"),
        ("DeleteLayerVersion", "killed"),
        ("DeleteLayerVersion", "answer lost for good"),
    ],
)
def test_whatever_delete_fails_the_rest_goes_and_a_rerun_finishes(used: Site, operation: str, way: str) -> None:
    event, spring = WAYS[way]
    plan = _plan(used, keep=1)
    gone: list[object] = []
    faults: list[object] = []
    with Trap(used.aws, event, operation, 2, spring) as trap:
        try:
            gone, faults = removal.carry_out(used.aws, plan, lambda _: None)  # type: ignore[assignment]
        except Killed:
            assert way == "killed"
    assert trap.sprang
    if way != "killed":
        # A function version that stays has its layer still: that one is refused by us.
        assert len(faults) == (2 if way == "refused" else 0)
        assert len(gone) + len(faults) == len(plan.going)
    removal.carry_out(used.aws, _plan(used, keep=1), lambda _: None)
    assert (_versions(used), _layers(used)) == (["5"], [4])
    assert used.traffic() == ["4", "4"]


@pytest.mark.parametrize("wrong", ["-1", "many"])
def test_a_number_that_is_none_is_wrong_usage(project: Path, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        _prune(project, f"--keep={wrong}")
    assert refused.value.code == 2
    assert f"{wrong} is not a number from 0" in capsys.readouterr().err


def test_a_version_that_a_channel_names_stays_also_one_that_it_was_sent_to_meanwhile(used: Site) -> None:
    followed = Layer(name="tiny-layer", channels="/layers")
    site = replace(used, settings=replace(used.settings, layers={"tiny-layer": followed}))
    arns = {each.version: each.arn for each in layers.versions(site.aws, "tiny-layer")}
    name, put = "/layers/tiny-layer/stable", site.aws.parameters.put_parameter
    put(Name=name, Value=arns[1], Type="String")
    plan = _plan(site, keep=1)
    kept = {each.version: each.kept for each in plan.judged if each.kind == "layer"}
    assert (kept[1], kept[2]) == (("/layers/tiny-layer/stable",), ())
    put(Name=name, Value=arns[2], Type="String", Overwrite=True)
    assert site.calls
    with site.calls.running("prune", site.settings):
        _, faults = removal.carry_out(site.aws, plan, lambda _: None)
    assert [str(each).splitlines()[0] for each in faults] == [
        "tiny-layer:2: is in use by /layers/tiny-layer/stable, and was not deleted"
    ]
    assert _layers(site) == [1, 2, 4]


def test_a_version_that_aws_refuses_to_delete_is_there_still_and_told(used: Site) -> None:
    plan, before = _plan(used, keep=1), _versions(used)
    assert used.calls
    with used.calls.running("prune", used.settings), refusing(used.aws, "DeleteFunction", {1}):
        gone, faults = removal.carry_out(used.aws, plan, lambda _: None)
    assert [str(each).splitlines()[0].partition(": ")[2] for each in faults][:1] == [
        "not allowed (AccessDeniedException)"
    ]
    assert len(_versions(used)) == len(before) - sum(
        each.kind == "function" and each.name == "tiny_bot-dev" for each in gone
    )


def test_a_stage_without_anything_has_nothing_to_delete(site: Site) -> None:
    nowhere = Stage(name="nowhere", region="eu-central-1", stack="nowhere", suffix="-nowhere")
    assert _plan_of(site, nowhere, KeepPolicy(5, 0, NOW)).judged == ()


def _prune(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "prune", "--stage", "dev", "--days", "0", *arguments])


def _plan(site: Site, *, keep: int, days: int = 0, now: datetime = NOW) -> PrunePlan:
    assert site.calls
    with site.calls.running("prune", site.settings):
        return _plan_of(site, STAGE, KeepPolicy(keep, days, now))


def _plan_of(site: Site, stage: Stage, policy: KeepPolicy) -> PrunePlan:
    return planning.plan(Downloads(site.aws, site.settings.project), site.settings, stage, policy)


def _versions(site: Site) -> list[str]:
    found = site.aws.functions.list_versions_by_function(FunctionName="tiny_bot-dev")["Versions"]
    return [each["Version"] for each in found if each["Version"] != "$LATEST"]


def _layers(site: Site) -> list[int]:
    return sorted(each.version for each in layers.versions(site.aws, "tiny-layer"))


def _foreign(site: Site, version: int) -> None:
    """Make a function that is nobody's of this project and has one of its layer versions."""
    site.aws.functions.create_function(
        FunctionName="theirs",
        Runtime="python3.11",
        Handler="bot.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"bot.py": PLACEHOLDER})},
        Layers=[f"arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:{version}"],
    )
