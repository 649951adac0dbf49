"""Own code in a layer: built into a wheel once, locked by its hash, the same bytes wherever it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.commands import check
from deploy.configuration import load
from deploy.errors import LockError, PipelineError
from deploy.locking import locked
from tests.deploy.sources import backend
from tests.deploy.sources.conftest import library
from tests.deploy.sources.locked_sources import X86, provided, refusal, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


@pytest.mark.parametrize(
    "line",
    ["../shared", "-e ../shared", "shared-lib @ ../shared", "shared_lib @ file://FOLDER", "-e file://FOLDER", "FOLDER"],
)
def test_a_folder_is_locked_by_the_hash_of_its_wheel_however_it_is_named(
    sources: Project, tmp_path: Path, line: str
) -> None:
    sources.wants(line.replace("FOLDER", str(tmp_path / "shared")))
    assert sources.run() == 0
    assert versions(sources) == {"demo": "1.0", "shared-lib": "0.3"}
    text = sources.lock.read_text()
    assert "    # from ../shared at " in text
    assert "    # via shared-lib\n" in text
    assert str(tmp_path) not in text
    wheel = provided(sources)["shared-lib"]
    assert wheel.name == "shared_lib-0.3-py3-none-any.whl"
    with ZipFile(wheel) as archive:
        assert archive.read("shared_lib.py") == b"VALUE = 1\n"
    assert sources.run(check=True) == 0


def test_the_same_source_gives_the_same_bytes_on_another_machine(
    sources: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.wants("../shared")
    sources.run()
    first = provided(sources)["shared-lib"].read_bytes()
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "another"))
    (tmp_path / "shared/__pycache__").mkdir()
    (tmp_path / "shared/__pycache__/x.py").write_text("left behind")
    for name in ("build", "shared_lib.egg-info", ".venv"):
        (tmp_path / "shared" / name).mkdir()
        (tmp_path / "shared" / name / "left.py").write_text("left behind")
    wheel = provided(sources)["shared-lib"]
    assert str(tmp_path / "another") in str(wheel)
    assert wheel.read_bytes() == first
    with ZipFile(BytesIO(first)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {each.external_attr >> 16 & 0o777 for each in archive.infolist()} <= {0o644, 0o755}


def test_pip_installs_the_wheel_with_its_record(sources: Project, tmp_path: Path) -> None:
    (tmp_path / "shared/run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "shared/run.sh").chmod(0o755)
    sources.wants("../shared")
    sources.run()
    wheel = provided(sources)["shared-lib"]

    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        "--target",
        "t",
        str(wheel),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with ZipFile(wheel) as archive:
        record = archive.read("shared_lib-0.3.dist-info/RECORD").decode().splitlines()
    assert [line.partition(",")[0] for line in record] == sorted(line.partition(",")[0] for line in record)
    assert any(line.startswith("shared_lib.py,sha256=") for line in record)
    assert os.access(tmp_path / "t/run.sh", os.X_OK)


def test_a_changed_file_is_told_by_check_and_by_a_build_until_it_is_locked(sources: Project, tmp_path: Path) -> None:
    sources.wants("../shared")
    sources.run()
    before = sources.lock.read_text()
    assert check.run(Namespace(project=sources.folder, json=False)) == 0
    (tmp_path / "shared/shared_lib.py").write_text("VALUE = 2\n")
    for run in (lambda: check.run(Namespace(project=sources.folder, json=False)), lambda: provided(sources)):
        with pytest.raises(PipelineError, match=r"shared-lib: \.\./shared changed since it was locked"):
            run()
    with pytest.raises(LockError):
        sources.run(check=True)
    sources.run()
    assert sources.lock.read_text() != before
    with ZipFile(provided(sources)["shared-lib"]) as archive:
        assert archive.read("shared_lib.py") == b"VALUE = 2\n"
    (tmp_path / "shared/shared_lib.py").write_text("VALUE = 1\n")
    sources.run()
    assert sources.lock.read_text() == before


def test_that_nobody_locked_what_building_takes_is_told_by_check_as_by_a_build(
    sources: Project, tmp_path: Path
) -> None:
    (sources.folder / "requirements.txt").write_text(f"-e file://{tmp_path / 'shared'}\n")
    for run in (lambda: check.run(Namespace(project=sources.folder, json=False)), lambda: provided(sources)):
        with pytest.raises(
            PipelineError, match=r"requirements\.build\.txt does not say what building \.\./shared takes"
        ):
            run()
    assert sources.run() == 0
    assert check.run(Namespace(project=sources.folder, json=False)) == 0


def test_nothing_is_built_twice(
    sources: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    sources.wants("../shared")
    sources.run()
    for name in [name for name in index.files if name.startswith("tiny")]:
        del index.files[name]
    sources.run()
    assert set(provided(sources)) == {"shared-lib"}


def test_what_building_takes_is_locked_with_hashes_and_stays_until_all_is_upgraded(
    sources: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(tmp_path / "shared", "shared-lib", tool='more = ["tiny-more>=1"]')
    sources.wants("../shared")
    sources.run()
    needed = sources.folder / "requirements.build.txt"
    assert needed.read_text().count("--hash=sha256:") == 2
    assert "# To build ../shared:\ntiny-backend==1.0 \\\n" in needed.read_text()
    assert "tiny-more==1.0" in needed.read_text()
    assert "tiny" not in sources.lock.read_text()
    backend.publish(index, "2.0")
    before = needed.read_text()
    (tmp_path / "shared/shared_lib.py").write_text("VALUE = 2\n")
    sources.run()
    assert needed.read_text() == before
    sources.run(upgrade=[])
    assert "tiny-backend==2.0" in needed.read_text()
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "another"))
    needed.unlink()
    with pytest.raises(LockError, match=r"requirements\.build\.txt does not say what building \.\./shared takes"):
        provided(sources)
    sources.wants("demo")
    sources.run()
    assert not needed.exists()


def test_wheels_and_archives_of_this_machine_are_taken(sources: Project, tmp_path: Path, index: Index) -> None:
    (folder := sources.folder / "wheels").mkdir()
    (folder / "own-1.0-py3-none-any.whl").write_bytes(index.add("own", "1.0", requires=("demo",))[0].content)
    index.files.pop("own-1.0-py3-none-any.whl")
    shutil.make_archive(str(folder / "shared_lib-0.3"), "gztar", tmp_path, "shared")
    sources.wants("./wheels/own-1.0-py3-none-any.whl", "shared-lib @ ./wheels/shared_lib-0.3.tar.gz")
    sources.run()
    assert versions(sources) == {"demo": "1.0", "own": "1.0", "shared-lib": "0.3"}
    assert provided(sources)["own"].read_bytes() == (folder / "own-1.0-py3-none-any.whl").read_bytes()
    assert "    # from ./wheels/own-1.0-py3-none-any.whl at " in sources.lock.read_text()
    (folder / "own-1.0-py3-none-any.whl").write_bytes(b"another")
    with pytest.raises(LockError, match=r"own: [.]/wheels/own-1[.]0-py3-none-any[.]whl changed"):
        provided(sources)


def test_extras_and_markers_of_a_source_count(sources: Project, tmp_path: Path, index: Index) -> None:
    index.add("extra", "1.0")
    library(tmp_path / "shared", "shared-lib", tail='[project.optional-dependencies]\nmore = ["extra"]\n')
    library(tmp_path / "other", "other-lib")
    sources.wants("../shared[more]", "../other ; python_version < '3.10'")
    sources.run()
    assert versions(sources) == {"extra": "1.0", "shared-lib": "1.0"}


def test_workspace_members_and_other_uv_sources_are_found_for_all_that_is_needed(
    sources: Project, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["packages/*", "project"]\n')
    library(tmp_path / "packages/one", "one", "1.0", "two", tail="[tool.uv.sources]\ntwo = {workspace = true}\n")
    library(tmp_path / "packages/two", "two")
    (sources.folder / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["one", "demo",\n'
        "\"shared-lib ; python_version > '3'\"]\n"
        '[tool.uv.sources]\none = {workspace = true}\nshared-lib = {path = "../shared", editable = true}\n'
    )
    sources.run()
    assert versions(sources) == {"one": "1.0", "two": "1.0", "shared-lib": "0.3", "demo": "1.0"}
    assert sources.run(check=True) == 0
    (tmp_path / "packages/two/pyproject.toml").unlink()
    assert "the workspace has no such member" in refusal(sources)


def test_building_has_no_network_none_of_the_users_environment_and_nobodys_rights(
    sources: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Index
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very secret")
    address = index.url.split("/")[2].split(":")
    run = (
        'assert "very secret" not in str(os.environ)\\nimport socket\\n'
        f's = socket.socket()\\nassert s.connect_ex(("{address[0]}", {address[1]})) != 0, "there is network"\\n'
        'assert 0 not in {os.getuid(), os.getgid(), *os.getgroups()}, "it has rights of root"'
    )
    library(tmp_path / "shared", "shared-lib", tool=f"run = '{run}'".replace("'", '"""'))
    sources.wants("../shared")
    assert sources.run() == 0


def test_a_uv_lock_has_its_sources_built_and_rebuilt_when_their_files_change(
    sources: Project, tmp_path: Path, index: Index
) -> None:
    (sources.folder / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["shared-lib"]\n'
        '[tool.uv.sources]\nshared-lib = {path = "../shared", editable = true}\n'
    )
    sources.configured("layers: {deps: {}}\nrequirements: uv.lock\n")
    sources.run()
    assert "# To build ../shared:" in (sources.folder / "uv.build.txt").read_text()
    lock = locked.read(load(sources.folder, {}), X86)
    assert {pin.name: pin.version for pin in lock.pins} == {"demo": "1.0", "shared-lib": "0.3"}
    first = provided(sources)["shared-lib"]
    (tmp_path / "shared/shared_lib.py").write_text("VALUE = 2\n")
    second = provided(sources)["shared-lib"]
    assert first != second
    assert sources.run(check=True) == 0
    assert "demo-1.0-py3-none-any.whl" in index.files
