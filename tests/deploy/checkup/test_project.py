from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from deploy.checkup import project
from deploy.configuration import load

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.settings import Settings

HASH = "0" * 64
TODAY = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "Dockerfile.layer").write_text("FROM scratch\n")
    (tmp_path / "config/pipeline.yaml").write_text("layers: {tiny: {}}\n")
    (tmp_path / "requirements.in").write_text("# what it needs\nidna>=3.6  # names\n")
    (tmp_path / "requirements.txt").write_text(f"idna==3.7 --hash=sha256:{HASH}\n")
    return tmp_path


@pytest.fixture
def settings(folder: Path) -> Settings:
    return load(folder, {})


def test_every_fault_of_the_configuration_is_a_finding(folder: Path) -> None:
    assert [each.state for each in project.configuration(folder, {})] == ["ok"]
    (folder / "config/pipeline.yaml").write_text("layers: {tiny: {bites: 1}}\nstags: {}\n")
    found = list(project.configuration(folder, {}))
    assert [each.state for each in found] == ["broken", "broken"]
    assert {each.cure for each in found} >= {"did you mean stages?"}


def test_a_lock_that_has_all_that_is_asked_for_is_well(settings: Settings) -> None:
    [found] = project.locked(settings)
    assert (found.state, found.what) == ("ok", "requirements.txt locks 1 distribution, all that is asked for")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("idna\nrequests[socks]", "requests is asked for and not locked"),
        ("idna>=3.8", "idna 3.7 is locked"),
        ("idna three", "requirements.in:1: is no requirement: idna three"),
        ("idna\n-r more.in", "more.in: No such file or directory"),
    ],
)
def test_a_lock_that_does_not_follow_is_broken(folder: Path, settings: Settings, asked: str, told: str) -> None:
    (folder / "requirements.in").write_text(f"{asked}\n")
    [found] = project.locked(settings)
    assert (found.state, found.what.replace(f"{folder}/", "")) == ("broken", told)


def test_what_only_other_systems_need_is_not_missed(folder: Path, settings: Settings) -> None:
    (folder / "requirements.in").write_text('idna\ncolorama; sys_platform == "win32"\n-r more.in\n')
    (folder / "more.in").write_text("idna>=3\n")
    assert [each.state for each in project.locked(settings)] == ["ok"]


def test_what_each_runtime_asks_for_is_compared_with_what_is_locked_for_it(folder: Path) -> None:
    (folder / "config/pipeline.yaml").write_text("layers: {tiny: {}}\nruntimes: [python3.11, python3.13]\n")
    versions = {"3.11": "3.7", "3.13": "3.8"}
    pins = [f"idna=={each} ; python_version == '{python}'" for python, each in versions.items()]
    (folder / "requirements.in").write_text("\n".join(pins))
    (folder / "requirements.txt").write_text("".join(f"{pin} --hash=sha256:{HASH}\n" for pin in pins))
    assert [each.state for each in project.locked(load(folder, {}))] == ["ok"]
    (folder / "requirements.in").write_text(
        "\n".join([pins[0], pins[1].replace("3.8", "3.9"), "six; os_name == 'posix'"])
    )
    told = {each.what for each in project.locked(load(folder, {}))}
    assert told == {"idna 3.8 is locked", "six is asked for and not locked"}


def test_a_lock_that_cannot_be_read_or_shared_out_is_broken(folder: Path, settings: Settings) -> None:
    (folder / "requirements.txt").write_text("idna>=3\n")
    [found] = project.locked(settings)
    assert (found.state, found.cure) == ("broken", "remake it with `nox -s lock`")
    (folder / "requirements.txt").unlink()
    assert [each.state for each in project.locked(settings)] == ["broken"]


@pytest.mark.parametrize(
    ("config", "lock", "state"),
    [
        ("runtime: python3.13\narchitectures: [arm64]\n", "idna==3.7 ; python_version == '3.13'", "ok"),
        ("runtimes: [python3.11, python3.13]\n", "idna==3.7 ; python_version == '3.13'", "broken"),
        ("architectures: [arm64]\n", "idna==3.7 ; platform_machine == 'aarch64'", "ok"),
        ("architectures: [x86_64, arm64]\n", "idna==3.7 ; platform_machine == 'aarch64'", "broken"),
    ],
)
def test_the_lock_is_read_for_what_the_project_builds_for(folder: Path, config: str, lock: str, state: str) -> None:
    (folder / "config/pipeline.yaml").write_text(f"layers: {{tiny: {{}}}}\n{config}")
    (folder / "requirements.txt").write_text(f"{lock} --hash=sha256:{HASH}\n")
    assert [each.state for each in project.locked(load(folder, {}))] == [state]


def test_a_lock_without_its_input_is_a_warning(folder: Path, settings: Settings) -> None:
    (folder / "requirements.in").unlink()
    [found] = project.locked(settings)
    assert (found.state, found.what) == ("warning", "requirements.in is not there")


def test_a_lock_that_was_committed_long_ago_is_stale(folder: Path, settings: Settings) -> None:
    assert list(project.fresh(settings, TODAY)) == []
    made = (TODAY - timedelta(days=61)).isoformat()
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    dated = {**os.environ, **identity, "GIT_AUTHOR_DATE": made, "GIT_COMMITTER_DATE": made}
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "lock"]):
        subprocess.run(["git", "-C", folder, *command], check=True, env=dated)
    [found] = project.fresh(settings, TODAY)
    assert (found.state, found.what) == ("warning", "requirements.txt is 61 days old")
    assert [each.state for each in project.fresh(settings, TODAY - timedelta(days=10))] == ["ok"]


@pytest.mark.parametrize(
    ("today", "state", "told"),
    [
        (date(2026, 11, 26), "ok", "Lambda supports python3.11 for 216 days more, until 2027-06-30"),
        (date(2027, 6, 1), "warning", "Lambda deprecates python3.11 in 29 days, on 2027-06-30"),
        (date(2027, 7, 2), "broken", "Lambda deprecated python3.11 2 days ago, on 2027-06-30"),
    ],
)
def test_the_days_of_the_runtime_are_counted(settings: Settings, today: date, state: str, told: str) -> None:
    [found] = project.runtime_days(settings, today)
    assert (found.state, found.what) == (state, told)


def test_a_check_of_the_project_that_fails_is_told_with_the_last_it_said(folder: Path) -> None:
    (folder / "sulks.py").write_text("import sys\nsys.exit('no mood')\n")
    (folder / "hints.py").write_text("print('think of it')\n")
    config = folder / "config/pipeline.yaml"
    config.write_text("layers: {tiny: {}}\ncode: {checks: [sulks now]}\n")
    [found] = project.own_checks(load(folder, {}))
    assert (found.state, found.what) == ("broken", "code.checks: sulks now: ended with exit code 1")
    assert found.cause == "no mood"
    config.write_text("layers: {tiny: {}}\ncode: {checks: [hints]}\n")
    assert [(each.state, each.what) for each in project.own_checks(load(folder, {}))] == [
        ("warning", "think of it"),
        ("ok", "the project's own checks pass: hints"),
    ]
