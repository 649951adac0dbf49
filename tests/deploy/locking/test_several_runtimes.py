"""One lock for several runtimes and architectures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.locking import lockfile
from deploy.settings import Target
from tests.deploy.locking.locked_versions import BOTH, FIRST

if TYPE_CHECKING:
    from deploy.settings import Architecture
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


RUNTIMES = "layers: {deps: {}}\nruntimes: [python3.11, python3.13]\narchitectures: [x86_64]\n"
LATER = ("cp313-cp313-manylinux_2_34_x86_64", "cp313-cp313-manylinux2014_aarch64")


def test_a_lock_for_several_runtimes_has_the_wheels_of_each_and_one_version(project: Project, index: Index) -> None:
    first, later = index.add("demo", "1.0", *BOTH), index.add("demo", "1.0", *LATER)
    index.add("demo", "1.0", "cp311-cp311-manylinux_2_34_x86_64", "cp313-cp313-manylinux_2_35_x86_64")
    project.configured(RUNTIMES)
    project.wants("demo")
    project.run()
    (pin,) = lockfile.read(project.lock, FIRST)
    assert set(pin.hashes) == {each.sha256 for each in (*first, *later)}
    assert "# For python3.11 on x86_64 and arm64, glibc 2.26; python3.13 on x86_64 and" in project.lock.read_text()
    assert project.run(check=True) == 0


def test_each_runtime_has_the_newest_version_that_fits_it(project: Project, index: Index) -> None:
    index.add("demo", "1.0", BOTH[0], LATER[0])
    index.add("demo", "2.0", BOTH[0])
    project.configured(RUNTIMES)
    project.wants("demo")
    project.run()
    assert versions(project, "python3.11") == ["2.0"]
    assert versions(project, "python3.13") == ["1.0"]
    assert project.run(check=True) == 0
    before = project.lock.read_bytes()
    project.run()
    assert project.lock.read_bytes() == before


def test_a_requirement_with_a_version_for_each_runtime_is_locked_as_it_is_written(
    project: Project, index: Index
) -> None:
    index.add("demo", "1.23.5", *BOTH)
    index.add("demo", "2.1.2", *LATER)
    project.configured(RUNTIMES)
    project.wants("demo==1.23.5; python_version == '3.11'", "demo==2.1.2; python_version == '3.13'")
    project.run()
    assert versions(project, "python3.11") == ["1.23.5"]
    assert versions(project, "python3.13") == ["2.1.2"]
    assert project.run(check=True) == 0


def versions(project: Project, runtime: str) -> list[str]:
    return [pin.version for pin in lockfile.read(project.lock, Target(runtime, "x86_64"))]


def test_a_package_that_one_runtime_needs_is_marked_for_it_and_left_out_of_the_others(
    project: Project, index: Index
) -> None:
    index.add("demo", "1.0", requires=("backport; python_version < '3.12'", "arm; platform_machine == 'aarch64'"))
    index.add("backport", "1.0")
    index.add("arm", "1.0")
    project.configured(RUNTIMES)
    project.wants("demo")
    project.run()
    text = project.lock.read_text()
    assert 'backport==1.0 ; python_version == "3.11" \\\n' in text
    assert 'arm==1.0 ; platform_machine == "aarch64" \\\n' in text
    assert names(project, "python3.11", "x86_64") == ["backport", "demo"]
    assert names(project, "python3.13", "x86_64") == ["demo"]
    assert names(project, "python3.13", "arm64") == ["arm", "demo"]
    assert project.run(check=True) == 0


def names(project: Project, runtime: str, architecture: Architecture) -> list[str]:
    return [pin.name for pin in lockfile.read(project.lock, Target(runtime, architecture))]


def test_an_architecture_that_is_not_built_for_may_lack_wheels_and_is_told(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configured("layers: {deps: {}}\narchitectures: [x86_64]\n")
    (only,) = index.add("demo", "1.0", BOTH[0])
    project.wants("demo")
    project.run()
    assert lockfile.read(project.lock, FIRST)[0].hashes == (only.sha256,)
    assert "not locked for arm64" in capsys.readouterr().out
    assert project.run(check=True) == 0


def test_a_package_that_one_architecture_needs_is_marked_for_it(project: Project, index: Index) -> None:
    index.add("demo", "1.0", requires=("arm-only; platform_machine == 'aarch64'",))
    index.add("arm-only", "1.0")
    project.wants("demo")
    project.run()
    assert 'arm-only==1.0 ; platform_machine == "aarch64" \\\n' in project.lock.read_text()
    assert project.run(check=True) == 0


def test_what_has_no_wheel_for_an_architecture_that_nobody_asked_for_is_told_in_a_line(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configured("layers: {deps: {}}\narchitectures: [x86_64]\n")
    (wheel,) = index.add("demo", "1.0", BOTH[0])
    index.files["demo-1.0.tar.gz"] = replace(wheel, filename="demo-1.0.tar.gz")
    project.wants("demo")
    project.run()
    (told,) = (line for line in capsys.readouterr().out.splitlines() if "not locked for arm64" in line)
    assert "demo: no version that is wanted has a wheel for the runtime" in told


def test_an_architecture_that_would_have_other_versions_is_told_with_these(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configured("layers: {deps: {}}\narchitectures: [x86_64]\n")
    index.add("part", "1.0")
    index.add("part", "2.0")
    index.add("demo", "1.0", *BOTH, requires=("part<2",))
    index.add("demo", "2.0", BOTH[0], requires=("part>=2",))
    project.wants("demo")
    project.run()
    (told,) = (line for line in capsys.readouterr().out.splitlines() if "not locked for arm64" in line)
    assert told.endswith("it would have demo 1.0 in place of 2.0, part 1.0 in place of 2.0")
