from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.errors import LockError
from deploy.kept import Kept
from deploy.locking import lockfile
from deploy.locking.python_versions import key
from deploy.settings import Target
from tests.deploy.locking.conftest import CONFIG

if TYPE_CHECKING:
    from deploy.settings import Architecture
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs

FIRST = Target("python3.11", "x86_64")
BOTH = ("cp311-cp311-manylinux2014_x86_64", "cp311-cp311-manylinux2014_aarch64")


def test_every_wheel_that_fits_the_runtime_is_locked_and_no_other(project: Project, index: Index) -> None:
    fitting = index.add(
        "demo",
        "1.0",
        *BOTH,
        "cp38-abi3-manylinux_2_26_x86_64.manylinux_2_28_x86_64",
        "py3-none-any",
    )
    index.add(
        "demo",
        "1.0",
        "cp312-cp312-manylinux2014_x86_64",
        "cp311-cp311-manylinux_2_28_x86_64",
        "cp311-cp311-manylinux_2_34_x86_64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp311-cp311-macosx_11_0_arm64",
        "cp311-cp311-linux_x86_64",
    )
    project.wants("demo")
    assert project.run() == 0
    (pin,) = lockfile.read(project.lock, FIRST)
    assert pin.version == "1.0"
    assert set(pin.hashes) == {each.sha256 for each in fitting}


def test_the_lock_says_what_needs_each_package_and_neither_hosts_nor_paths_nor_dates(
    project: Project, index: Index
) -> None:
    index.add("demo", "1.0", requires=("other>=2", "Third_Part"))
    index.add("other", "2.1", requires=("third-part",))
    index.add("third-part", "3")
    project.wants("demo")
    project.run()
    text = project.lock.read_text()
    assert text.startswith("# Made by `channelwright lock` from requirements.in: ")
    assert "other==2.1 \\\n" in text
    assert "    # via demo\n" in text
    assert "    # via\n    #   demo\n    #   other\n" in text
    assert "    # via -r requirements.in\n" in text
    assert not re.search(r"127\.0\.0\.1|/tmp|20\d\d-", text)


def test_locking_again_changes_no_byte(project: Project, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    index.add("demo", "1.0", *BOTH)
    project.wants("demo")
    project.run()
    first = project.lock.read_bytes()
    project.run()
    assert project.lock.read_bytes() == first
    assert "nothing changed" in capsys.readouterr().out


def test_pip_installs_from_the_lock_with_hashes_required(project: Project, index: Index) -> None:
    index.add("demo", "1.0", requires=("other",))
    index.add("other", "2.1")
    project.wants("demo")
    project.run()
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-cache-dir"]
    wish = ["--require-hashes", "--only-binary", ":all:", "-r", str(project.lock)]
    done = subprocess.run([*pip, *wish], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Would install demo-1.0 other-2.1" in done.stdout


def test_a_locked_version_stays_until_it_is_upgraded(project: Project, index: Index) -> None:
    index.add("demo", "1.0", requires=("other",))
    index.add("other", "1.0")
    project.wants("demo")
    project.run()
    index.add("demo", "1.1", requires=("other",))
    index.add("other", "1.1")
    project.run()
    assert [pin.version for pin in lockfile.read(project.lock, FIRST)] == ["1.0", "1.0"]
    project.run(upgrade=["other"])
    assert [pin.version for pin in lockfile.read(project.lock, FIRST)] == ["1.0", "1.1"]
    project.run(upgrade=[])
    assert [pin.version for pin in lockfile.read(project.lock, FIRST)] == ["1.1", "1.1"]


def test_what_changed_is_told_with_its_age(project: Project, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    index.add("demo", "1.0")
    index.add("old", "1.0")
    project.wants("demo", "old")
    project.run()
    index.add("demo", "1.1", days=30.5)
    project.wants("demo")
    capsys.readouterr()
    project.run(upgrade=[])
    out = capsys.readouterr().out
    assert re.search(r"^demo +1\.0 +1\.1 +30$", out, re.MULTILINE)
    assert re.search(r"^old +1\.0 +-$", out, re.MULTILINE)


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


def test_requirements_that_contradict_each_other_are_refused_in_uvs_words(project: Project, index: Index) -> None:
    index.add("demo", "1.0", requires=("other>=2",))
    index.add("other", "1.0")
    index.add("other", "2.0")
    project.wants("demo", "other<2")
    with pytest.raises(LockError) as caught:
        project.run()
    assert "contradict" in caught.value.faults[0].cause
    assert "depend on other>=2" in str(caught.value)


def test_an_index_that_cannot_be_reached_is_named_as_the_cause(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("127.0.0.1", "127.0.0.2"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    project.wants("demo")
    with pytest.raises(LockError) as caught:
        project.run()
    assert "cannot be reached" in caught.value.faults[0].cause


def test_a_requirement_that_is_an_address_is_refused(project: Project, index: Index) -> None:
    (wheel,) = index.add("demo", "1.0")
    project.wants(f"demo @ {index.url.removesuffix('/simple')}/files/{wheel.filename}")
    with pytest.raises(LockError, match="what an address holds may change"):
        project.run()


def test_a_project_without_requirements_in_is_told_to_write_one(project: Project) -> None:
    with pytest.raises(LockError, match=r"requirements\.in: no such file"):
        project.run()


def test_uv_settings_that_would_change_the_choice_are_kept_from_it(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("demo", "1.0")
    index.add("demo", "1.1")
    monkeypatch.setenv("UV_RESOLUTION", "lowest")
    project.wants("demo")
    project.run()
    assert lockfile.read(project.lock, FIRST)[0].version == "1.1"


def test_the_index_of_pips_configuration_file_is_used(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("demo", "1.0")
    file = project.folder / "pip.conf"
    file.write_text(f"[global]\nindex-url = {index.url}\n")
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    project.wants("demo")
    assert project.run() == 0


def test_image_pins_the_image_and_leaves_the_requirements_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deploy.locking import pin_image

    monkeypatch.setattr(pin_image, "pin_image", lambda settings, _console: 0 if settings.image else 1)
    assert project.run(image=True) == 0
    assert not project.lock.exists()
