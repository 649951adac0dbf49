"""Going back, and forward again, in an emulated AWS; then the same with a call that goes wrong."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.aws import layers
from deploy.errors import RolloutError
from deploy.git import Commit
from deploy.published.descriptions import VersionNote
from deploy.published.downloads import Downloads
from deploy.release import history, rollback
from deploy.settings import Function
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.faults import WAYS, Killed, Trap, refusing
from tests.integration.shipment import HANDLER, STAGE, zipped
from tests.schemas import output

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.release.rollback import RollbackPlan
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


@pytest.fixture
def releases(site: Site, shop: Shop) -> list[str]:
    """Deploy two releases that differ in code and layer; the second is live."""
    first = site.deploy([shop.layer({"idna": "3.7", "six": "1.16"})], shop.code("one"))
    second = site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    return [first.id, second.id]


def test_all_functions_go_back_together_and_forward_again(
    site: Site, project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _rollback(project, "--yes") == 0
    assert site.traffic() == ["one", "one"]
    lines = capsys.readouterr().out.splitlines()
    assert f"release {releases[1]} -> {releases[0]}" in lines
    assert "  function  tiny_bot-dev  version 3 -> 2" in lines
    assert "tiny_worker-dev  version 2 runs the code and the layers that were verified" in lines
    assert ["tiny_bot-dev", "live", "2", releases[0], "was", "3,", releases[1]] in [line.split() for line in lines]
    assert _rollback(project, "--yes") == 0
    assert site.traffic() == ["two", "two"]
    assert _rollback(project, "--yes") == 0
    assert site.traffic() == ["one", "one"]


def test_what_the_release_lacks_is_told_before_it_is_taken_up(
    site: Site, shop: Shop, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = [_commit(project, subject) for subject in ("first", "greet in French", "greet in Danish")]
    site.deploy([shop.layer({"idna": "3.7", "six": "1.16"})], shop.code("one"), at[0])
    site.aws.functions.update_function_configuration(
        FunctionName="tiny_bot-dev",
        MemorySize=512,
        Environment={"Variables": {"TOKEN": "secret", "GREETING": "hej"}},
    )
    site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"), at[2])
    assert _rollback(project, "--plan") == 0
    out = capsys.readouterr().out
    assert [line.split(maxsplit=2)[2] for line in out.splitlines() if "  lacks" in line] == [
        "greet in Danish",
        "greet in French",
    ]
    assert "  layers    tiny-layer:2 -> tiny-layer:1\n" in out
    assert "  packages  idna==3.8->3.7\n  packages  +six==1.16\n" in out
    assert "  settings  tiny_bot-dev: Environment GREETING, TOKEN\n" in out
    assert "  settings  tiny_bot-dev: MemorySize 512 -> 128\n" in out
    assert "secret" not in out
    assert out.endswith("nothing was changed; without --plan it is done\n")
    assert site.traffic() == ["two", "two"]


def test_it_works_with_a_layer_that_was_deleted_and_says_so(
    site: Site, project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    layers.delete(site.aws, "tiny-layer", 1)
    assert _rollback(project, releases[0], "--yes") == 0
    assert site.traffic() == ["one", "one"]
    out = capsys.readouterr().out
    assert "note      layer tiny-layer:1 was deleted: what has it goes on running, nothing new can take it" in out
    assert "note      packages cannot be compared: not all layers can be had" in out


def test_a_release_may_be_named_by_its_first_digits_and_is_suggested_when_misspelt(
    site: Site, shop: Shop, project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    site.deploy([shop.layer({"idna": "3.9"})], shop.code("three"))
    assert _rollback(project, releases[0][:7], "--yes") == 0
    assert site.traffic() == ["one", "one"]
    capsys.readouterr()
    misspelt = releases[0][:-1] + ("0" if releases[0][-1] != "0" else "1")
    assert _rollback(project, misspelt, "--yes") == 1
    assert f"did you mean {releases[0]}? Known are {releases[0]}" in capsys.readouterr().err
    assert _rollback(project, "zzz", "--yes") == 1
    assert f"use one of: {releases[0]}" in capsys.readouterr().err
    assert _rollback(project, "", "--yes") == 1
    assert f"is the start of {releases[0]} and of" in capsys.readouterr().err


def test_where_it_is_already_nothing_is_done(
    project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _rollback(project, releases[1], "--yes") == 0
    assert capsys.readouterr().out.endswith(f"release {releases[1]} is live in dev\nnothing was changed\n")


def test_machines_get_json_and_nothing_else(
    project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _rollback(project, "--yes", "--json") == 0
    said = output("rollback", capsys.readouterr().out)
    assert (said["was"], said["release"], said["changed"]) == (releases[1], releases[0], True)
    assert said["functions"][1] == {"name": "tiny_worker-dev", "alias": "live", "was": "3", "version": "2"}
    assert said["packages"] == ["idna==3.8->3.7", "+six==1.16"]
    assert said["commits"] is None


def test_a_configuration_of_before_comes_back_where_the_bytes_are_the_same(site: Site, shop: Shop) -> None:
    layer, code = shop.layer({"idna": "3.7"}), shop.code("one")
    site.deploy([shop.layer({"idna": "3.6"})], shop.code("zero"))
    site.deploy([layer], code)
    site.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", MemorySize=512)
    site.deploy([layer], code)
    _go(site)
    live = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert (live["MemorySize"], live["Version"], site.traffic()) == (128, "3", ["one", "one"])
    _go(site)
    live = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert live["MemorySize"] == 512


def test_the_first_release_has_none_before_it(site: Site, shop: Shop) -> None:
    with pytest.raises(RolloutError, match="tells no release"):
        _plan(site)
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    with pytest.raises(RolloutError, match="is the first release of this stage"):
        _plan(site)


def test_a_function_that_no_release_before_had_stays(site: Site, shop: Shop) -> None:
    both = site.settings
    site.settings = replace(both, functions={"bot": both.functions["bot"]})
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.settings = both
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("two"))
    assert "  function  tiny_worker-dev  stays: no release before had it" in list(_go(site).lines())
    assert site.traffic() == ["one", "two"]


def test_a_version_that_is_not_what_was_verified_gets_no_traffic_and_every_one_is_told(
    site: Site, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version's description cannot be changed, nor its code: what can is what it finds, which the answer shows."""
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    monkeypatch.setattr("deploy.release.rollback.note_of", lambda version: _other_note(version.description))
    with pytest.raises(RolloutError) as refused:
        _go(site)
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
        _go(site)
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
    rollback.carry_out(site.aws, _plan(site), _shelf(site), said.append)
    assert site.traffic() == ["one", "one"]
    assert ("its digests cannot be compared" in said[0]) == losses
    assert ("runs the code and the layers that were verified" in said[0]) != losses


def test_an_alias_that_was_moved_by_hand_is_told_and_a_named_release_puts_it_right(
    site: Site, releases: list[str]
) -> None:
    site.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion="2")
    with pytest.raises(RolloutError, match="tiny_bot-dev:live: stands for version 2; its history says 3"):
        _plan(site)
    _go(site, releases[1])
    assert site.traffic() == ["two", "two"]


def test_a_split_alias_and_a_missing_function_are_told_together(site: Site, releases: list[str]) -> None:
    assert releases
    site.aws.functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    absent = Function(key="absent", name="absent", handler="absent.handler")
    site.settings = replace(site.settings, functions={**site.settings.functions, "absent": absent})
    with pytest.raises(RolloutError) as refused:
        _plan(site)
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
    assert _rollback(project, "--yes") == 1
    assert "tiny_bot-dev:live: sends a share of the traffic to another version" in capsys.readouterr().err


def test_a_version_that_was_deleted_is_named(site: Site, releases: list[str]) -> None:
    site.aws.functions.delete_function(FunctionName="tiny_worker-dev", Qualifier="2")
    with pytest.raises(RolloutError, match=f"tiny_worker-dev:2: is what release {releases[0]} ran, and was deleted"):
        _plan(site)


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
        _plan(site, releases[0])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", [1, 2])
def test_whatever_move_fails_traffic_is_whole_and_a_named_rollback_finishes(
    site: Site, releases: list[str], way: str, call: int
) -> None:
    event, spring = WAYS[way]
    plan = _plan(site)
    with Trap(site.aws, event, "UpdateAlias", call, spring) as trap:
        try:
            rollback.carry_out(site.aws, plan, _shelf(site), lambda _: None)
        except (RolloutError, Killed):
            assert way != "answer lost once"
    assert trap.sprang
    assert site.traffic() in (["one", "one"], ["two", "two"])
    _go(site, releases[0])
    assert site.traffic() == ["one", "one"]


def test_a_kill_that_left_one_alias_behind_is_told_with_both_ways_out(site: Site, releases: list[str]) -> None:
    """What SIGKILL leaves: the first alias moved, and nothing put it back."""
    plan = _plan(site)
    with refusing(site.aws, "UpdateAlias", {2, 3}), pytest.raises(RolloutError):
        rollback.carry_out(site.aws, plan, _shelf(site), lambda _: None)
    assert site.traffic() == ["one", "two"]
    with pytest.raises(RolloutError, match=f"finish it: `rollback {releases[0]}` or `rollback {releases[1]}`"):
        _plan(site)
    _go(site, releases[1])
    assert site.traffic() == ["two", "two"]


def test_an_alias_that_somebody_moves_meanwhile_is_not_overwritten(site: Site, shop: Shop, releases: list[str]) -> None:
    assert releases
    plan = _plan(site)
    site.deploy([shop.layer({"idna": "3.9"})], shop.code("three"))
    with pytest.raises(RolloutError, match="no alias is left moved"):
        rollback.carry_out(site.aws, plan, _shelf(site), lambda _: None)
    assert site.traffic() == ["three", "three"]


def _rollback(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "rollback", "--stage", "dev", *arguments])


def _plan(site: Site, release: str | None = None) -> RollbackPlan:
    standings = history.read(site.aws, site.settings, STAGE)
    return rollback.plan("dev", standings, release, _shelf(site), site.settings.project)


def _go(site: Site, release: str | None = None) -> RollbackPlan:
    plan = _plan(site, release)
    rollback.carry_out(site.aws, plan, _shelf(site), lambda _: None)
    return plan


def _shelf(site: Site) -> Downloads:
    return Downloads(site.aws, site.settings.project / "downloads")


def _other_note(description: str) -> VersionNote | None:
    note = VersionNote.parse(description)
    return replace(note, code="0" * 16) if note else None


def _commit(project: Path, subject: str) -> Commit:
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(["git", "-C", project, *who, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", subject)
    return Commit(git("rev-parse", "HEAD"), dirty=False)
