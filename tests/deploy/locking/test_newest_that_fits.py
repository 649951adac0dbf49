"""Which version is locked: the newest that fits the runtime, and what is told of newer ones."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import LockError
from deploy.kept import Kept
from deploy.locking import lockfile
from deploy.locking.python_versions import key
from deploy.locking.resolver import Answer, Resolver
from tests.deploy.locking.conftest import CONFIG
from tests.deploy.locking.locked_versions import BOTH, FIRST

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


NEWER = tuple(f"cp312-cp312-manylinux_2_34_{machine}" for machine in ("x86_64", "aarch64"))


def test_the_newest_version_that_fits_the_runtimes_glibc_is_locked_and_the_newer_ones_are_told(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0", "cp311-cp311-manylinux2014_x86_64", "cp311-cp311-manylinux2014_aarch64")
    fitting = index.add("demo", "1.1", *(f"cp311-cp311-manylinux_2_26_{each}" for each in ("x86_64", "aarch64")))
    index.add("demo", "2.0", "cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_28_aarch64", *NEWER)
    project.wants("demo")
    project.run()
    (pin,) = lockfile.read(project.lock, FIRST)
    assert (pin.version, set(pin.hashes)) == ("1.1", {each.sha256 for each in fitting})
    told = "demo 1.1 is locked: 2.0 has no wheel for Python 3.11 with glibc 2.26; `runtime: python3.12` would have 2.0"
    assert told in capsys.readouterr().out
    assert (project.folder / "requirements.in").read_text() == "demo\n"
    assert project.run(check=True) == 0


def test_a_version_that_needs_a_newer_python_is_passed_over_and_the_runtimes_that_would_have_it_are_told(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0")
    index.add("demo", "2.0", python=">=3.12")
    index.add("demo", "3.0", python=">=3.13")
    project.wants("demo")
    project.run()
    told = "demo 1.0 is locked: 3.0 needs a newer Python than 3.11; `runtime: python3.12` would have 2.0, `runtime: "
    assert told + "python3.13` would have 3.0" in capsys.readouterr().out


def test_a_version_that_another_requirement_excludes_is_not_laid_to_the_runtime(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0", requires=("other",))
    index.add("other", "1.0")
    index.add("other", "2.0", requires=("demo>=2",))
    project.wants("demo", "other")
    project.run()
    assert "is locked" not in capsys.readouterr().out


def test_a_runtime_that_would_have_what_is_wanted_is_named_where_this_one_has_not(
    project: Project, index: Index
) -> None:
    index.add("demo", "5.2")
    index.add("demo", "6.0", python=">=3.12")
    project.wants("demo>=6")
    with pytest.raises(LockError) as caught:
        project.run()
    (fault,) = caught.value.faults
    assert fault.cause == "what is required needs another Python than the runtime's"
    assert "`runtime: python3.12`" in fault.cure


def test_what_has_wheels_for_other_pythons_alone_is_refused_for_that_reason(project: Project, index: Index) -> None:
    index.add("demo", "1.0", "cp36-cp36m-manylinux1_x86_64")
    project.wants("demo==1.0")
    with pytest.raises(LockError) as caught:
        project.run()
    (fault,) = caught.value.faults
    assert fault.cause == "no version that is wanted has a wheel for the runtime"


def test_a_wheel_for_linux_whatever_its_glibc_is_passed_over_or_refused_for_that_reason(
    project: Project, index: Index
) -> None:
    index.add("demo", "1.0", *BOTH)
    index.add("demo", "2.0", "cp311-cp311-linux_x86_64", "cp311-cp311-linux_aarch64")
    project.wants("demo")
    project.run()
    assert lockfile.read(project.lock, FIRST)[0].version == "1.0"
    project.wants("demo==2.0")
    with pytest.raises(LockError) as caught:
        project.run()
    (fault,) = caught.value.faults
    assert (fault.where, fault.what) == ("demo==2.0", "has no wheel that says which glibc it needs")
    assert "auditwheel" in fault.cure


def test_architectures_agree_on_the_newest_version_that_each_has_a_wheel_of(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0", *BOTH)
    index.add("demo", "2.0", BOTH[0])
    index.add("other", "1.0", *BOTH)
    index.add("other", "2.0", BOTH[1])
    project.wants("demo", "other")
    project.run()
    assert [pin.version for pin in lockfile.read(project.lock, FIRST)] == ["1.0", "1.0"]
    assert "demo 1.0 is locked: nothing newer has a wheel for each architecture" in capsys.readouterr().out
    assert project.run(check=True) == 0


def test_where_architectures_differ_the_one_that_has_to_go_back_is_asked_again_and_nothing_goes_untold(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0", *BOTH)
    index.add("demo", "2.0", BOTH[0])
    index.add("native", "1.0", *BOTH)
    index.add("native", "2.0", *NEWER)
    project.wants("demo", "native")
    asked: list[object] = []
    resolve = Resolver.resolve

    def noted(*given: Any, tells_unfit: bool) -> Answer:
        asked.append((given[1], tells_unfit))
        return resolve(*given, tells_unfit=tells_unfit)

    monkeypatch.setattr(Resolver, "resolve", noted)
    project.run()
    # What was passed over is told of one architecture, and to find it out takes uv time.
    assert asked == [(FIRST, True), (replace(FIRST, architecture="arm64"), False), (FIRST, True)]
    said = capsys.readouterr().out
    assert "demo 1.0 is locked: nothing newer has a wheel for each architecture" in said
    assert "native 1.0 is locked: 2.0 has no wheel for Python 3.11 with glibc 2.26" in said


def test_the_whole_version_of_the_runtimes_python_decides_and_is_recorded(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHANNELWRIGHT_RUNTIME_IMAGE")
    index.add("demo", "1.0", requires=("early; python_full_version < '3.11.3'",))
    index.add("demo", "2.0", requires=("late; python_full_version >= '3.11.3'",), python=">=3.11.4")
    index.add("early", "1.0")
    index.add("late", "1.0")
    project.wants("demo")
    project.run()
    assert [pin.name for pin in lockfile.read(project.lock, FIRST)] == ["demo", "early"]
    assert "python3.11 is taken for 3.11.0, its first" in capsys.readouterr().out
    image = "sha256:" + "1" * 64
    Kept.from_environment(os.environ).keep_checks(key("python3.11", image), "3.11.14")
    project.configured(f"{CONFIG}image: example/python:3.11@{image}\n")
    project.run(upgrade=[])
    assert [pin.name for pin in lockfile.read(project.lock, FIRST)] == ["demo", "late"]
    assert "# For python3.11 (3.11.14) on x86_64 and arm64" in project.lock.read_text()
    project.configured(CONFIG)
    capsys.readouterr()
    project.run()
    assert "python3.11 is taken for 3.11.14, as the lock has recorded" in capsys.readouterr().out
