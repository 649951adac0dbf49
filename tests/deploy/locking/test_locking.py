from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.errors import LockError
from deploy.locking import lockfile
from tests.deploy.locking.locked_versions import BOTH, FIRST

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


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
