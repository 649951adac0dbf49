"""Releases that are too young, and indexes that do not say how old theirs are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import LockError
from deploy.locking import lockfile
from tests.deploy.locking.locked_versions import FIRST

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


def test_a_release_within_the_cooldown_waits_unless_it_has_a_reason(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0")
    index.add("demo", "1.1", days=3)
    project.wants("demo")
    project.run()
    assert lockfile.read(project.lock, FIRST)[0].version == "1.0"
    project.configured("layers: {deps: {}}\nlock: {overrides: {Demo: {days: 2, reason: a security fix}}}\n")
    project.run(upgrade=[])
    assert lockfile.read(project.lock, FIRST)[0].version == "1.1"
    assert "a security fix" in capsys.readouterr().out
    assert project.run(check=True) == 0


def test_the_cooldown_is_a_setting(project: Project, index: Index) -> None:
    index.add("demo", "1.0")
    index.add("demo", "1.1", days=3)
    project.wants("demo")
    project.configured("layers: {deps: {}}\nlock: {cooldown-days: 2}\n")
    project.run()
    assert lockfile.read(project.lock, FIRST)[0].version == "1.1"


def test_a_cooldown_that_leaves_no_version_is_named_as_the_cause(project: Project, index: Index) -> None:
    index.add("demo", "1.0", days=1)
    project.wants("demo")
    with pytest.raises(LockError) as caught:
        project.run()
    assert "cooldown" in caught.value.faults[0].cause
    assert "exclude-newer" in caught.value.log


def test_an_index_without_upload_dates_is_named_as_the_cause_and_can_be_used_with_a_reason(
    project: Project, index: Index
) -> None:
    index.add("demo", "1.0")
    index.has_dates = False
    project.wants("demo")
    with pytest.raises(LockError) as caught:
        project.run()
    assert "without upload dates" in caught.value.faults[0].cause
    project.configured("layers: {deps: {}}\nlock: {overrides: {demo: {days: 0, reason: our own index}}}\n")
    project.run()
    assert lockfile.read(project.lock, FIRST)[0].version == "1.0"
