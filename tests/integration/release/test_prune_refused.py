"""What is taken up, cannot be deleted or fails while old versions go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.aws import layers
from deploy.prune import removal
from deploy.prune.values import KeepPolicy
from deploy.settings import Layer, Stage
from tests.integration.release.faults import WAYS, Killed, Trap, refusing
from tests.integration.release.pruning import NOW, foreign, layers_of, planned, planned_of, prune, versions
from tests.schemas import output

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.release.conftest import Site


def test_what_is_taken_up_after_the_plan_was_made_is_refused_by_us_and_the_rest_goes(
    used: Site, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out = removal.carry_out

    def meddled(*arguments: Any) -> Any:
        foreign(used, 2)
        used.aws.functions.update_alias(
            FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
        )
        return carry_out(*arguments)

    monkeypatch.setattr(removal, "carry_out", meddled)
    assert prune(project, "--keep", "1", "--yes", "--json") == 1
    said = capsys.readouterr()
    answer = output("prune", said.out)
    assert "tiny-layer:2: is in use by theirs:$LATEST, and was not deleted" in said.err
    assert "tiny_bot-dev:2: is in use by alias live, and was not deleted" in said.err
    assert "tiny-layer:1: is in use by tiny_bot-dev:2 (live), and was not deleted" in said.err
    assert answer["deleted"][-1] == "tiny-layer:3"
    assert len(answer["failed"]) == 3
    assert (versions(used), layers_of(used)) == (["2", "5"], [1, 2, 4])


def test_nothing_in_use_can_be_deleted_by_asking_for_it(used: Site) -> None:
    version = layers.versions(used.aws, "tiny-layer")[0]
    asked = removal.Removal(used.aws)
    asked.layer_versions([version.arn])
    asked.function_versions([("tiny_bot-dev", "5")])
    said = {where: fault.what for where, [fault] in asked.stays.items()}
    assert said["tiny-layer:4"].startswith("is in use by tiny_bot-dev:$LATEST")
    assert said["tiny_bot-dev:5"].startswith("is in use by alias live")
    assert (versions(used), layers_of(used)) == (["1", "2", "3", "4", "5"], [1, 2, 3, 4])
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
    plan = planned(used, keep=1)
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
    removal.carry_out(used.aws, planned(used, keep=1), lambda _: None)
    assert (versions(used), layers_of(used)) == (["5"], [4])
    assert used.traffic() == ["4", "4"]


@pytest.mark.parametrize("wrong", ["-1", "many"])
def test_a_number_that_is_none_is_wrong_usage(project: Path, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        prune(project, f"--keep={wrong}")
    assert refused.value.code == 2
    assert f"{wrong} is not a number from 0" in capsys.readouterr().err


def test_a_version_that_a_channel_names_stays_also_one_that_it_was_sent_to_meanwhile(used: Site) -> None:
    followed = Layer(name="tiny-layer", channels="/layers")
    site = replace(used, settings=replace(used.settings, layers={"tiny-layer": followed}))
    arns = {each.version: each.arn for each in layers.versions(site.aws, "tiny-layer")}
    name, put = "/layers/tiny-layer/stable", site.aws.parameters.put_parameter
    put(Name=name, Value=arns[1], Type="String")
    plan = planned(site, keep=1)
    kept = {each.version: each.kept for each in plan.judged if each.kind == "layer"}
    assert (kept[1], kept[2]) == (("/layers/tiny-layer/stable",), ())
    put(Name=name, Value=arns[2], Type="String", Overwrite=True)
    assert site.calls
    with site.calls.running("prune", site.settings):
        _, faults = removal.carry_out(site.aws, plan, lambda _: None)
    assert [str(each).splitlines()[0] for each in faults] == [
        "tiny-layer:2: is in use by /layers/tiny-layer/stable, and was not deleted"
    ]
    assert layers_of(site) == [1, 2, 4]


def test_a_version_that_aws_refuses_to_delete_is_there_still_and_told(used: Site) -> None:
    plan, before = planned(used, keep=1), versions(used)
    assert used.calls
    with used.calls.running("prune", used.settings), refusing(used.aws, "DeleteFunction", {1}):
        gone, faults = removal.carry_out(used.aws, plan, lambda _: None)
    assert [str(each).splitlines()[0].partition(": ")[2] for each in faults][:1] == [
        "not allowed (AccessDeniedException)"
    ]
    assert len(versions(used)) == len(before) - sum(
        each.kind == "function" and each.name == "tiny_bot-dev" for each in gone
    )


def test_a_stage_without_anything_has_nothing_to_delete(site: Site) -> None:
    nowhere = Stage(name="nowhere", region="eu-central-1", stack="nowhere", suffix="-nowhere")
    assert planned_of(site, nowhere, KeepPolicy(5, 0, NOW)).judged == ()
