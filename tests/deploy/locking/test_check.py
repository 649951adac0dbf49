from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import LockError

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


@pytest.fixture
def locked(project: Project, index: Index) -> Project:
    index.add("demo", "1.0", "py3-none-any", "cp311-cp311-manylinux2014_x86_64", requires=("other",))
    index.add("other", "1.0")
    project.wants("demo")
    project.run()
    return project


def what_is_wrong(project: Project) -> str:
    before = project.lock.read_bytes()
    with pytest.raises(LockError) as caught:
        project.run(check=True)
    assert project.lock.read_bytes() == before
    return str(caught.value)


def test_a_lock_that_was_just_made_follows_from_its_inputs(locked: Project) -> None:
    assert locked.run(check=True) == 0


def test_newer_releases_do_not_fail_a_check(locked: Project, index: Index) -> None:
    index.add("demo", "2.0")
    index.add("other", "1.1")
    assert locked.run(check=True) == 0


def test_a_wheel_that_came_after_the_release_is_told_and_does_not_fail_a_check(
    locked: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    (late,) = index.add("demo", "1.0", "cp311-cp311-manylinux2014_aarch64", requires=("other",), days=50)
    assert locked.run(check=True) == 0
    assert f"demo 1.0: new since the lock was made: without the hash of {late.filename}" in capsys.readouterr().out
    locked.run()
    assert late.sha256 in locked.lock.read_text()


def test_a_hash_that_was_edited_is_caught(locked: Project, index: Index) -> None:
    sha256 = index.files["other-1.0-py3-none-any.whl"].sha256
    locked.lock.write_text(locked.lock.read_text().replace(sha256, "0" * 64))
    told = what_is_wrong(locked)
    assert "requirements.txt: other" in told
    assert "1 hashes of no wheel that fits" in told
    assert "nox -s lock" in told


def test_a_hash_that_was_removed_is_caught(locked: Project, index: Index) -> None:
    sha256 = index.files["demo-1.0-py3-none-any.whl"].sha256
    lines = [line for line in locked.lock.read_text().splitlines() if sha256 not in line]
    locked.lock.write_text("\n".join(lines).replace(" \\\n    # via", "\n    # via") + "\n")
    assert "without the hash of demo-1.0-py3-none-any.whl" in what_is_wrong(locked)


def test_a_pin_that_was_removed_is_caught(locked: Project) -> None:
    text = locked.lock.read_text()
    locked.lock.write_text(text[: text.index("other==")])
    assert "requirements.txt: other: is not locked; 1.0 follows" in what_is_wrong(locked)


def test_a_requirement_that_was_added_or_removed_since_is_caught(locked: Project, index: Index) -> None:
    index.add("third", "3.0")
    locked.wants("other", "third")
    told = what_is_wrong(locked)
    assert "third: is not locked; 3.0 follows" in told
    assert "demo: 1.0 is locked; nothing follows" in told


def test_a_requirement_that_excludes_the_locked_version_is_caught(locked: Project, index: Index) -> None:
    index.add("other", "1.1")
    locked.wants("demo", "other>1.0")
    assert "other: 1.0 is locked; 1.1 follows" in what_is_wrong(locked)


def test_a_locked_version_within_the_cooldown_is_caught(locked: Project, index: Index) -> None:
    index.add("other", "1.1", days=3)
    locked.configured("layers: {deps: {}}\nlock: {cooldown-days: 0}\n")
    locked.run(upgrade=[])
    locked.configured("layers: {deps: {}}\n")
    assert "other: 1.1 is locked; 1.0 follows" in what_is_wrong(locked)


def test_a_lock_that_cannot_be_read_is_refused_by_a_check_and_remade_by_a_lock(locked: Project, index: Index) -> None:
    index.add("demo", "2.0", requires=("other",))
    good = locked.lock.read_text()
    locked.lock.write_text(good + "not a requirement !\n")
    assert "not an exact version" in what_is_wrong(locked)
    locked.run()
    assert locked.lock.read_text() == good


def test_a_check_without_a_lock_says_how_to_make_one(project: Project) -> None:
    project.wants("demo")
    with pytest.raises(LockError, match="nox -s lock"):
        project.run(check=True)
