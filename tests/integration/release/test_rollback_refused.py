"""Versions, aliases and functions that are not what a release left: what a rollback makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from deploy.errors import RolloutError
from deploy.published.descriptions import VersionNote
from deploy.release import rollback
from deploy.settings import Function
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.faults import WAYS, Killed, Trap, refusing
from tests.integration.release.going_back import gone_back, planned, roll_back, shelf
from tests.integration.shipment import HANDLER, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_a_version_that_is_not_what_was_verified_gets_no_traffic_and_every_one_is_told(
    site: Site, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version's description cannot be changed, nor its code: what can is what it finds, which the answer shows."""
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    monkeypatch.setattr("deploy.release.rollback.note_of", lambda version: other_note(version.description))
    with pytest.raises(RolloutError) as refused:
        gone_back(site)
    assert [fault.where for fault in refused.value.faults] == ["tiny_bot-dev:2", "tiny_worker-dev:2"]
    assert all("answers its health check with code" in fault.what for fault in refused.value.faults)
    assert site.traffic() == ["two", "two"]


def test_a_version_that_fails_now_is_not_gone_back_to(site: Site, shop: Shop) -> None:
    flag = site.settings.project / "the database is gone"
    check = f"    if pathlib.Path({str(flag)!r}).exists():\n        raise RuntimeError('no database')\n"
    fails = HANDLER.replace("def handler(event, context):\n", f"def handler(event, context):\n{check}")
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one", handler=fails))
    site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    flag.touch()
    with pytest.raises(RolloutError, match=r"(?s)tiny_bot-dev:2: failed its health check.*no database"):
        gone_back(site)
    assert site.traffic() == ["two", "two"]


@pytest.mark.parametrize("losses", [False, True])
def test_a_version_of_an_older_pipeline_is_compared_with_its_zips_where_they_can_be_had(
    site: Site, shop: Shop, monkeypatch: pytest.MonkeyPatch, *, losses: bool
) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    monkeypatch.setattr("deploy.release.rollback.note_of", lambda _: None)
    if losses:
        layers.delete(site.aws, "tiny-layer", 1)
    said: list[str] = []
    rollback.carry_out(site.aws, planned(site), shelf(site), said.append)
    assert site.traffic() == ["one", "one"]
    assert ("its digests cannot be compared" in said[0]) == losses
    assert ("runs the code and the layers that were verified" in said[0]) != losses


def test_an_alias_that_was_moved_by_hand_is_told_and_a_named_release_puts_it_right(
    site: Site, releases: list[str]
) -> None:
    site.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion="2")
    with pytest.raises(RolloutError, match="tiny_bot-dev:live: stands for version 2; its history says 3"):
        planned(site)
    gone_back(site, releases[1])
    assert site.traffic() == ["two", "two"]


def test_a_split_alias_and_a_missing_function_are_told_together(site: Site, releases: list[str]) -> None:
    assert releases
    site.aws.functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    absent = Function(key="absent", name="absent", handler="absent.handler")
    site.settings = replace(site.settings, functions={**site.settings.functions, "absent": absent})
    with pytest.raises(RolloutError) as refused:
        planned(site)
    assert [f"{fault.where}: {fault.what}" for fault in refused.value.faults] == [
        "tiny_bot-dev:live: sends a share of the traffic to another version",
        "absent-dev: there is no such function",
    ]


def test_the_command_asks_whether_it_is_lambda_that_divides_the_traffic(
    site: Site, project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert releases
    site.aws.functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    assert roll_back(project, "--yes") == 1
    assert "tiny_bot-dev:live: sends a share of the traffic to another version" in capsys.readouterr().err


def test_a_version_that_was_deleted_is_named(site: Site, releases: list[str]) -> None:
    site.aws.functions.delete_function(FunctionName="tiny_worker-dev", Qualifier="2")
    with pytest.raises(RolloutError, match=f"tiny_worker-dev:2: is what release {releases[0]} ran, and was deleted"):
        planned(site)


def test_a_function_that_was_made_anew_is_not_taken_for_the_old_one(site: Site, releases: list[str]) -> None:
    """A function made again counts its versions from 1; its alias knows nothing of what was."""
    functions = site.aws.functions
    functions.delete_function(FunctionName="tiny_worker-dev")
    functions.create_function(
        FunctionName="tiny_worker-dev",
        Runtime="python3.11",
        Handler="worker.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"worker.py": PLACEHOLDER})},
        Publish=True,
    )
    functions.create_alias(FunctionName="tiny_worker-dev", Name="live", FunctionVersion="1")
    with pytest.raises(RolloutError, match="tiny_worker-dev:live: tells of no version in that release"):
        planned(site, releases[0])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", [1, 2])
def test_whatever_move_fails_traffic_is_whole_and_a_named_rollback_finishes(
    site: Site, releases: list[str], way: str, call: int
) -> None:
    event, spring = WAYS[way]
    plan = planned(site)
    with Trap(site.aws, event, "UpdateAlias", call, spring) as trap:
        try:
            rollback.carry_out(site.aws, plan, shelf(site), lambda _: None)
        except (RolloutError, Killed):
            assert way != "answer lost once"
    assert trap.sprang
    assert site.traffic() in (["one", "one"], ["two", "two"])
    gone_back(site, releases[0])
    assert site.traffic() == ["one", "one"]


def test_a_kill_that_left_one_alias_behind_is_told_with_both_ways_out(site: Site, releases: list[str]) -> None:
    """What SIGKILL leaves: the first alias moved, and nothing put it back."""
    plan = planned(site)
    with refusing(site.aws, "UpdateAlias", {2, 3}), pytest.raises(RolloutError):
        rollback.carry_out(site.aws, plan, shelf(site), lambda _: None)
    assert site.traffic() == ["one", "two"]
    with pytest.raises(RolloutError, match=f"finish it: `rollback {releases[0]}` or `rollback {releases[1]}`"):
        planned(site)
    gone_back(site, releases[1])
    assert site.traffic() == ["two", "two"]


def test_an_alias_that_somebody_moves_meanwhile_is_not_overwritten(site: Site, shop: Shop, releases: list[str]) -> None:
    assert releases
    plan = planned(site)
    site.deploy([shop.layer({"idna": "3.9"})], shop.code("three"))
    with pytest.raises(RolloutError, match="no alias is left moved"):
        rollback.carry_out(site.aws, plan, shelf(site), lambda _: None)
    assert site.traffic() == ["three", "three"]


def other_note(description: str) -> VersionNote | None:
    note = VersionNote.parse(description)
    return replace(note, code="0" * 16) if note else None
