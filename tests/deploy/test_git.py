from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from deploy import git
from deploy.errors import ConfigError
from deploy.git import subjects

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    """Make a repository with three commits; return their hashes, oldest first."""
    _git(tmp_path, "init", "-q")
    return [_commit(tmp_path, subject) for subject in ("first", "second", "third")]


def test_what_a_commit_lacks_of_another_is_listed_newest_first(tmp_path: Path, commits: list[str]) -> None:
    found = subjects(tmp_path, commits[0][:12], commits[2][:12])
    assert found is not None
    assert [line.split(" ", 1)[1] for line in found] == ["third", "second"]
    assert subjects(tmp_path, commits[2], commits[0]) == ()


def test_a_commit_that_is_not_here_cannot_be_compared(tmp_path: Path, commits: list[str]) -> None:
    assert subjects(tmp_path, "0" * 12, commits[0]) is None
    assert subjects(tmp_path / "absent", commits[0], commits[1]) is None


@pytest.mark.parametrize("wrong", ["--output=stolen", "none", "", "HEAD", "c0ffee+dirty"])
def test_what_is_no_hash_does_not_reach_git(tmp_path: Path, commits: list[str], wrong: str) -> None:
    """Anybody who may describe a function version could write an option there."""
    assert subjects(tmp_path, wrong, commits[0]) is None
    assert subjects(tmp_path, commits[0], wrong) is None
    assert not list(tmp_path.glob("stolen*"))


def _commit(folder: Path, subject: str) -> str:
    _git(folder, "commit", "-q", "--allow-empty", "-m", subject)
    return _git(folder, "rev-parse", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", "-C", folder, *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_repository_that_git_refuses_is_told_and_nothing_that_it_ignores_ships(
    tmp_path: Path, commits: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert commits
    if os.geteuid():
        pytest.skip("only root gives a folder to another user")
    for path in (tmp_path, *tmp_path.rglob("*")):
        os.chown(path, 12345, 12345)
    assert git.commit(tmp_path).short == "none"
    assert git.commit(tmp_path).short == "none"
    cure = f"git config --global --add safe.directory {tmp_path}"
    said = capfd.readouterr().err
    assert said.count("git refuses to look at this repository") == 1, "once in a run"
    assert cure in said
    with pytest.raises(ConfigError, match="belongs to another user"):
        git.ignored(tmp_path, tmp_path)
    assert git.branch(tmp_path) == git.remote(tmp_path) == ""
