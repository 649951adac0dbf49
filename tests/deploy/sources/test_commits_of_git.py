"""Sources at a commit of git: locked and unchanged, or refused where they may move."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.deploy.sources.conftest import library
from tests.deploy.sources.locked_sources import git, provided, refusal, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project

pytestmark = pytest.mark.programs


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = library(tmp_path / "repository/inner", "own", "2.0").parent
    git(folder, "init", "--quiet", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


def test_a_commit_of_git_is_locked_and_stays_what_it_is(sources: Project, repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "inner/own.py").write_text("VALUE = 2\n")
    git(repository, "commit", "-qam", "two")
    sources.wants(f"own @ git+file://{repository}@{commit}#subdirectory=inner")
    sources.run()
    assert versions(sources) == {"own": "2.0"}
    assert f"# from git+file://{repository}@{commit}#subdirectory=inner at " in sources.lock.read_text()
    with ZipFile(provided(sources)["own"]) as archive:
        assert archive.read("own.py") == b"VALUE = 1\n"


@pytest.mark.parametrize("revision", ["", "@main", "@v1", "@SHORT"])
def test_whatever_of_git_may_move_is_refused_with_the_commit_that_it_stands_for(
    sources: Project, repository: Path, revision: str
) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "tag", "-a", "v1", "-m", "first")
    sources.wants(f"own @ git+file://{repository}{revision.replace('SHORT', commit[:8])}#subdirectory=inner")
    told = refusal(sources)
    assert "a branch, a tag or a short hash may stand for something else tomorrow" in told
    assert (f"@{commit}" in told) == (revision != "@SHORT")


def test_a_commit_that_is_to_be_upgraded_is_told_to_be_the_requirements_own(
    sources: Project, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    sources.wants(f"own @ git+file://{repository}@{commit}#subdirectory=inner")
    sources.run()
    (repository / "inner/own.py").write_text("VALUE = 2\n")
    git(repository, "commit", "-qam", "two")
    capsys.readouterr()
    sources.run(upgrade=["Own"])
    newer = git(repository, "rev-parse", "HEAD")
    told = f"own stays at the commit that requirements.in names, {commit}; HEAD is {newer} there"
    assert told in capsys.readouterr().out
    sources.run()
    assert "stays" not in capsys.readouterr().out
