"""Own code in a layer: built into a wheel once, locked by its hash, the same bytes wherever it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.commands import check
from deploy.configuration import load
from deploy.errors import BuildError, LockError, PipelineError
from deploy.locking import locked, lockfile
from deploy.settings import Target
from deploy.sources.opening import Building, archives_of
from deploy.sources.provide import provide
from tests.deploy.sources import backend
from tests.deploy.sources.conftest import library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs

X86 = Target("python3.11", "x86_64")


def versions(project: Project) -> dict[str, str]:
    return {pin.name: pin.version for pin in lockfile.read(project.lock, X86)}


def provided(project: Project, environment: Mapping[str, str] | None = None, *, only: str = "") -> dict[str, Path]:
    """Return the wheels of the project's own sources, or of one of them, as a build gets them."""
    given = dict(environment or os.environ)
    settings = load(project.folder, given)
    lock = locked.read(settings, X86)
    lock = replace(lock, sources=tuple(each for each in lock.sources if only in {"", each.name}))
    with ExitStack() as stack:
        builder = Building(settings, given, lambda _: None, on_host=True).builder(stack, archives_of(settings, given))
        pins = {pin.name: pin for pin in provide(settings, X86, lock, builder)}
        found = {each.name: builder.shelf.find(pins[each.name].hashes) for each in lock.sources}
    return {name: wheel.path for name, wheel in found.items() if wheel}


def refusal(project: Project, kind: type[PipelineError] = LockError) -> str:
    with pytest.raises(kind) as caught:
        project.run()
    return str(caught.value)


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


def test_nothing_is_built_twice(sources: Project, index: Index) -> None:
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


def test_a_tampered_build_requirement_is_not_used(
    sources: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.wants("../shared")
    sources.run()
    needed = sources.folder / "requirements.build.txt"
    needed.write_text(needed.read_text().replace("sha256:", "sha256:0000", 1)[:-5] + "\n")
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "another"))
    with pytest.raises(PipelineError):
        provided(sources)


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


def git(folder: Path, *arguments: str) -> str:
    identity = [option for key in ("name", "email") for option in ("-c", f"user.{key}=a@b.invalid")]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


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


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("../absent", "../absent is not there"),
        ("../shared/shared_lib.py", "is no folder, wheel or source archive"),
        ("..", "holds no Python project"),
        ("own @ http://127.0.0.1:9/own-1.0-py3-none-any.whl", "what an address holds may change"),
        ("own @ hg+http://127.0.0.1:9/own", "git's alone are read"),
        ("other-name @ ../shared", "is shared-lib, and other-name is asked for"),
    ],
)
def test_a_source_that_cannot_be_locked_is_refused_with_its_line(sources: Project, line: str, told: str) -> None:
    sources.wants(line)
    assert told in refusal(sources, PipelineError)


def test_every_source_that_cannot_be_had_is_told_at_once(sources: Project) -> None:
    sources.wants("../absent", "demo", "../missing")
    told = refusal(sources)
    assert "requirements.in:1: ../absent is not there" in told
    assert "requirements.in:3: ../missing is not there" in told


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ('tag = "cp311-cp311-linux_x86_64"', "it is for linux_x86_64: native code would be compiled"),
        ("run = 'raise SystemExit(\"the reason\")'", "cannot be built, for the reason above"),
        ("run = 'sys.stderr.write(\"setuptools-scm was unable\"); raise SystemExit(1)'", "comes from git's history"),
        ('more = ["absent-from-every-index"]', "the index has no package of that name"),
    ],
)
def test_what_is_not_pure_or_cannot_be_built_is_refused_with_the_reason(
    sources: Project, tmp_path: Path, tool: str, told: str
) -> None:
    library(tmp_path / "shared", "shared-lib", tool=tool)
    sources.wants("../shared")
    assert told in refusal(sources, PipelineError)
    assert not sources.lock.exists()


def test_a_shared_object_in_a_wheel_that_calls_itself_pure_is_refused(sources: Project, tmp_path: Path) -> None:
    (tmp_path / "shared/native.so").write_text("ELF")
    sources.wants("../shared")
    assert "it holds native.so" in refusal(sources, BuildError)


def test_building_has_no_network_and_none_of_the_users_environment(
    sources: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Index
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very secret")
    address = index.url.split("/")[2].split(":")
    run = (
        'assert "very secret" not in str(os.environ)\\nimport socket\\n'
        f's = socket.socket()\\nassert s.connect_ex(("{address[0]}", {address[1]})) != 0, "there is network"'
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
