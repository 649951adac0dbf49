from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.checkup import disk
from deploy.container.engine import About

if TYPE_CHECKING:
    from pathlib import Path

MORE_THAN_THERE_IS = 10**18


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"CHANNELWRIGHT_CACHE": str(tmp_path / "not/yet/there")}


def test_a_disk_that_has_less_than_a_layer_takes_is_broken(environment: dict[str, str]) -> None:
    cache, temporary = disk.folders(environment, needed=MORE_THAN_THERE_IS)
    assert (cache.state, temporary.state) == ("broken", "broken")
    assert cache.cure == "make room there, or put CHANNELWRIGHT_CACHE elsewhere"
    assert temporary.cure == "make room there, or put TMPDIR elsewhere"


def test_a_disk_that_has_little_is_a_warning_and_one_that_has_enough_is_well(environment: dict[str, str]) -> None:
    assert [each.state for each in disk.folders(environment, needed=1, enough=MORE_THAN_THERE_IS)] == ["warning"] * 2
    assert [each.state for each in disk.folders(environment, needed=1, enough=2)] == ["ok"] * 2


def test_a_cache_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache, _ = disk.folders({"CHANNELWRIGHT_CACHE": str(tmp_path / "file/cache")})
    assert (cache.state, cache.cause) == ("broken", f"{tmp_path / 'file'} is no folder")


def test_the_engine_s_disk_is_looked_at_where_it_is_on_this_machine(tmp_path: Path) -> None:
    [found] = disk.of_engine(About("1", "amd64", str(tmp_path), is_local=True), needed=MORE_THAN_THERE_IS)
    assert found.state == "broken"
    assert "docker system df" in found.cure


@pytest.mark.parametrize(("root", "local"), [("/nowhere/at/all", True), ("/", False)])
def test_the_disk_of_an_engine_elsewhere_is_not_checked(root: str, local: bool) -> None:  # noqa: FBT001 - a table
    [found] = disk.of_engine(About("1", "amd64", root, is_local=local))
    assert (found.state, found.what) == ("unknown", f"not checked: the engine's disk: {root} is not on this machine")
