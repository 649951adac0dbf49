"""Own code whose version is made of git's tags, by the tools that people use; what they make of it is the oracle."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest
import uv

from deploy import git as own_git
from deploy.errors import LockError
from deploy.sources.described import described, recorded
from tests.deploy.locking.conftest import Project
from tests.deploy.sources.locked_sources import git, provided, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.sources.described import CommitDescription

pytestmark = pytest.mark.programs

SETUPTOOLS = """\
[project]
name = "own-scm"
dynamic = ["version"]
[build-system]
requires = ["setuptools==80.9.0", "setuptools-scm==8.3.1"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
py-modules = ["own_scm"]
[tool.setuptools_scm]
root = ".."
git_describe_command = ["git", "describe", "--dirty", "--tags", "--long", "--match", "scm-v*"]
"""
HATCH = """\
[project]
name = "own-hatch"
dynamic = ["version"]
[build-system]
requires = ["hatchling==1.27.0", "hatch-vcs==0.5.0", "setuptools-scm==10.3.4"]
build-backend = "hatchling.build"
[tool.hatch.version]
source = "vcs"
raw-options = {root = ".."}
[tool.hatch.build.targets.wheel]
only-include = ["own_hatch.py"]
"""


def commit(folder: Path, message: str) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", message)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a project of each tool in a folder of its own, three commits after their tags."""
    folder = tmp_path_factory.mktemp("git") / "repository"
    for name, text in {"own_scm": SETUPTOOLS, "own_hatch": HATCH}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "pyproject.toml").write_text(text)
        (folder / name / f"{name}.py").write_text("VALUE = 1\n")
    git(folder, "init", "--quiet", "-b", "main")
    commit(folder, "one")
    git(folder, "tag", "scm-v1.2.0")
    for number in ("two", "three", "four"):
        (folder / "README").write_text(number)
        commit(folder, number)
        if number == "two":
            git(folder, "tag", "v3.0.0")
    return folder


@pytest.fixture(scope="module")
def locked_project(repository: Path) -> Iterator[Project]:
    """A project with both, and one of them as a commit, locked once from the index of this machine."""
    folder = repository.parent / "project"
    (folder / "config").mkdir(parents=True)
    (folder / "config/pipeline.yaml").write_text("layers: {deps: {}}\n")
    (folder / "Dockerfile.layer").write_text("FROM scratch\n")
    project = Project(folder)
    head = git(repository, "rev-parse", "HEAD")
    project.wants("-e ../repository/own_scm", f"own-hatch @ git+file://{repository}@{head}#subdirectory=own_hatch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"unix://{folder}/none.sock")
        patch.setenv("CHANNELWRIGHT_CACHE", str(folder / "cache"))
        assert project.run() == 0
        yield project


def test_a_version_that_follows_from_tags_is_what_its_own_tool_makes_of_the_repository(
    locked_project: Project, repository: Path
) -> None:
    made = repository.parent / "made"
    for name in ("own_scm", "own_hatch"):
        command = [uv.find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", str(made), str(repository / name)]
        subprocess.run(command, check=True)
    assert {path.name.split("-")[1] for path in made.glob("*.whl")} == set(versions(locked_project).values())
    assert versions(locked_project)["own-scm"].startswith("1.2.1.dev3+g")
    assert versions(locked_project)["own-hatch"].startswith("3.0.1.dev2+g")


def test_it_stays_until_files_change_and_is_built_to_the_same_bytes_without_git(
    locked_project: Project, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, first = locked_project.lock.read_bytes(), provided(locked_project)["own-scm"].read_bytes()
    (repository / "README").write_text("five")
    commit(repository, "five")
    assert locked_project.run(check=True) == 0
    assert locked_project.run() == 0
    assert locked_project.lock.read_bytes() == before
    (repository / "own_scm/own_scm.py").write_text("VALUE = 2\n")
    commit(repository, "six")
    locked_project.run()
    assert versions(locked_project)["own-scm"].startswith("1.2.1.dev5+g")
    second = provided(locked_project)["own-scm"].read_bytes()
    assert second != first
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(locked_project.folder / "another"))
    shutil.move(repository / ".git", repository.parent / "away")
    try:
        settings = dict(os.environ)
        assert provided(locked_project, settings, only="own-scm")["own-scm"].read_bytes() == second
    finally:
        shutil.move(repository.parent / "away", repository / ".git")


def said(folder: Path, pyproject: str = "") -> CommitDescription:
    return described(partial(own_git.asked, folder), pyproject.encode(), "./own", (), within="a b", digest="0" * 64)


def test_what_git_says_is_written_as_a_line_and_read_again(repository: Path) -> None:
    found = said(repository, SETUPTOOLS)
    assert found.name.startswith("scm-v1.2.0-")
    assert recorded(f"# To build ./own:\n{found.line}\nsetuptools==80.9.0\n") == found
    assert recorded("# To build ./own:\nsetuptools==80.9.0\n") is None


def test_a_clone_without_its_history_is_refused_with_the_way_to_get_it(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", "clone")
    with pytest.raises(LockError) as caught:
        said(tmp_path / "clone")
    assert "git fetch --unshallow --tags" in caught.value.faults[0].cure


def test_a_repository_without_a_tag_has_the_version_that_the_tool_takes_then(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("x")
    commit(tmp_path, "one")
    short = git(tmp_path, "rev-parse", "--short", "HEAD")
    assert said(tmp_path).name == f"0.0-1-g{short}"
    assert said(tmp_path, '[tool.hatch.version.raw-options]\nfallback_version = "2.0"\n').name == f"2.0-1-g{short}"


@pytest.mark.parametrize("command", ["touch ran", "git describe --contains", "git --exec-path=. describe"])
def test_no_other_command_is_run_for_it(repository: Path, command: str) -> None:
    with pytest.raises(LockError, match="is not run here"):
        said(repository, f'[tool.setuptools_scm]\ngit_describe_command = "{command}"\n')
