"""Going back, and forward again, in an emulated AWS; then the same with a call that goes wrong."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from deploy.errors import RolloutError
from deploy.git import Commit
from tests.integration.release.going_back import gone_back, planned, roll_back
from tests.schemas import output

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_all_functions_go_back_together_and_forward_again(
    site: Site, project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert roll_back(project, "--yes") == 0
    assert site.traffic() == ["one", "one"]
    lines = capsys.readouterr().out.splitlines()
    assert f"release {releases[1]} -> {releases[0]}" in lines
    assert "  function  tiny_bot-dev  version 3 -> 2" in lines
    assert "tiny_worker-dev  version 2 runs the code and the layers that were verified" in lines
    assert ["tiny_bot-dev", "live", "2", releases[0], "was", "3,", releases[1]] in [line.split() for line in lines]
    assert roll_back(project, "--yes") == 0
    assert site.traffic() == ["two", "two"]
    assert roll_back(project, "--yes") == 0
    assert site.traffic() == ["one", "one"]


def test_what_the_release_lacks_is_told_before_it_is_taken_up(
    site: Site, shop: Shop, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = [commit(project, subject) for subject in ("first", "greet in French", "greet in Danish")]
    site.deploy([shop.layer({"idna": "3.7", "six": "1.16"})], shop.code("one"), at[0])
    site.aws.functions.update_function_configuration(
        FunctionName="tiny_bot-dev",
        MemorySize=512,
        Environment={"Variables": {"TOKEN": "secret", "GREETING": "hej"}},
    )
    site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"), at[2])
    assert roll_back(project, "--plan") == 0
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
    assert roll_back(project, releases[0], "--yes") == 0
    assert site.traffic() == ["one", "one"]
    out = capsys.readouterr().out
    assert "note      layer tiny-layer:1 was deleted: what has it goes on running, nothing new can take it" in out
    assert "note      packages cannot be compared: not all layers can be had" in out


def test_a_release_may_be_named_by_its_first_digits_and_is_suggested_when_misspelt(
    site: Site, shop: Shop, project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    site.deploy([shop.layer({"idna": "3.9"})], shop.code("three"))
    assert roll_back(project, releases[0][:7], "--yes") == 0
    assert site.traffic() == ["one", "one"]
    capsys.readouterr()
    misspelt = releases[0][:-1] + ("0" if releases[0][-1] != "0" else "1")
    assert roll_back(project, misspelt, "--yes") == 1
    assert f"did you mean {releases[0]}? Known are {releases[0]}" in capsys.readouterr().err
    assert roll_back(project, "zzz", "--yes") == 1
    assert f"use one of: {releases[0]}" in capsys.readouterr().err
    assert roll_back(project, "", "--yes") == 1
    assert f"is the start of {releases[0]} and of" in capsys.readouterr().err


def test_where_it_is_already_nothing_is_done(
    project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert roll_back(project, releases[1], "--yes") == 0
    assert capsys.readouterr().out.endswith(f"release {releases[1]} is live in dev\nnothing was changed\n")


def test_machines_get_json_and_nothing_else(
    project: Path, releases: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert roll_back(project, "--yes", "--json") == 0
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
    gone_back(site)
    live = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert (live["MemorySize"], live["Version"], site.traffic()) == (128, "3", ["one", "one"])
    gone_back(site)
    live = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert live["MemorySize"] == 512


def test_the_first_release_has_none_before_it(site: Site, shop: Shop) -> None:
    with pytest.raises(RolloutError, match="tells no release"):
        planned(site)
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    with pytest.raises(RolloutError, match="is the first release of this stage"):
        planned(site)


def test_a_function_that_no_release_before_had_stays(site: Site, shop: Shop) -> None:
    both = site.settings
    site.settings = replace(both, functions={"bot": both.functions["bot"]})
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.settings = both
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("two"))
    assert "  function  tiny_worker-dev  stays: no release before had it" in list(gone_back(site).lines())
    assert site.traffic() == ["one", "two"]


def commit(project: Path, subject: str) -> Commit:
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(["git", "-C", project, *who, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", subject)
    return Commit(git("rev-parse", "HEAD"), dirty=False)
