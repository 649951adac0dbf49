"""Packages that are published as source alone: built by name and with a reason, and refused in every other case."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.configuration import load
from deploy.errors import BuildError, LockError, PipelineError
from deploy.locking import locked
from tests.deploy.locking.index import File
from tests.deploy.sources import backend
from tests.deploy.sources.locked_sources import X86, provided, refusal, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs

CONFIG = "layers: {deps: {}}\nbuild-from-source: {Old_Pkg: it was never published as a wheel}\n"


def upload(index: Index, name: str, version: str, *dependencies: str, tool: str = "") -> File:
    """Publish a package as source alone; building it leaves a file where it ran, if it runs on this machine."""
    files = {
        "pyproject.toml": backend.pyproject(name, version, *dependencies, tool=tool),
        f"{name.replace('-', '_')}.py": f"VERSION = {version!r}\n",
        "PKG-INFO": f"Metadata-Version: 1.0\nName: {name}\nVersion: {version}\n",
    }
    buffer, stem = io.BytesIO(), f"{name.replace('-', '_')}-{version}"
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{stem}/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    uploaded = datetime.now(UTC) - timedelta(days=100)
    index.files[f"{stem}.tar.gz"] = File(name, f"{stem}.tar.gz", buffer.getvalue(), uploaded)
    return index.files[f"{stem}.tar.gz"]


@pytest.fixture
def published(sources: Project, index: Index) -> Project:
    """Old-pkg as source alone in three versions, the newest of which `user` does not take; it needs `demo`."""
    for version in ("1.0", "2.0", "3.0"):
        upload(index, "old-pkg", version, "demo")
    index.add("user", "1.0", requires=("old-pkg<3",))
    sources.configured(CONFIG)
    return sources


def test_the_version_that_fits_all_else_is_built_and_locked_by_the_hash_of_its_wheel(
    published: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    published.wants("user")
    published.run()
    assert versions(published) == {"demo": "1.0", "old-pkg": "2.0", "user": "1.0"}
    archive = index.files["old_pkg-2.0.tar.gz"]
    assert f"    # from old_pkg-2.0.tar.gz at {archive.sha256}\n    # via user\n" in published.lock.read_text()
    assert archive.sha256 not in str(locked.pins(load(published.folder, {}), X86))
    assert "old-pkg 2.0: built from source: it was never published as a wheel" in capsys.readouterr().out
    assert "# To build old_pkg-2.0.tar.gz:" in (published.folder / "requirements.build.txt").read_text()
    with ZipFile(provided(published)["old-pkg"]) as wheel:
        assert wheel.read("old_pkg.py") == b"VERSION = '2.0'\n"
    lock = locked.read(load(published.folder, {}), X86)
    assert [pin.name for pin in lock.of_indexes] == ["demo", "old-pkg", "user"]
    before = published.lock.read_text()
    assert published.run(check=True) == 0
    published.run(upgrade=[])
    assert published.lock.read_text() == before


def test_a_locked_version_stays_until_it_is_upgraded(published: Project, index: Index) -> None:
    published.wants("old-pkg")
    published.run()
    assert versions(published)["old-pkg"] == "3.0"
    upload(index, "old-pkg", "4.0")
    published.run()
    assert versions(published)["old-pkg"] == "3.0"
    published.run(upgrade=["old-pkg"])
    assert versions(published)["old-pkg"] == "4.0"


def test_another_machine_fetches_the_very_archive_and_builds_the_same_wheel(
    published: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.wants("old-pkg<2")
    published.run()
    first = provided(published)["old-pkg"].read_bytes()
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "another"))
    assert provided(published)["old-pkg"].read_bytes() == first
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "a third"))
    upload(index, "old-pkg", "1.0", "demo", tool='more = ["tiny-more"]')
    with pytest.raises(LockError, match="the source archive is not the one that was locked"):
        provided(published)


def test_without_the_key_the_refusal_names_it(published: Project) -> None:
    published.configured("layers: {deps: {}}\n")
    published.wants("user")
    assert "`build-from-source: {old-pkg: WHY}` in config/pipeline.yaml has its wheel built" in refusal(published)
    published.wants("user", "--no-binary old-pkg")
    assert "`build-from-source: {old-pkg: WHY}`" in refusal(published)
    published.configured(CONFIG)
    published.run()
    assert versions(published)["old-pkg"] == "2.0"


def test_what_one_needs_may_be_another_one_and_what_nobody_needs_is_told(
    published: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    upload(index, "older", "1.0", "old-pkg==1.0")
    published.configured(CONFIG.replace("Old_Pkg", "older: why, idle: why, Old_Pkg"))
    published.wants("older")
    published.run()
    assert versions(published) == {"demo": "1.0", "old-pkg": "1.0", "older": "1.0"}
    assert "build-from-source: nothing needs idle" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ('tag = "cp311-cp311-linux_x86_64"', "old_pkg-3.0.tar.gz: is not pure Python"),
        ("run = 'raise SystemExit(\"the reason\")'", "old_pkg-3.0.tar.gz: cannot be built"),
    ],
)
def test_what_is_not_pure_is_refused(published: Project, index: Index, tool: str, told: str) -> None:
    upload(index, "old-pkg", "3.0", tool=tool)
    published.wants("old-pkg")
    assert told in refusal(published, BuildError)


def test_no_code_of_an_archive_runs_on_this_machine_with_its_environment(
    published: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very secret")
    ran = tmp_path / "ran"
    run = f'assert "very secret" not in str(os.environ); open("{ran}", "w").close()'
    upload(index, "old-pkg", "3.0", tool=f"run = '{run}'")
    published.wants("old-pkg")
    with pytest.raises(PipelineError, match="cannot be built"):
        published.run()
    assert not ran.exists()


def test_an_index_with_a_password_gives_its_archives(
    published: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.credentials = "somebody:p@ss"
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("//", "//somebody:p%40ss@"))
    published.wants("old-pkg")
    published.run()
    assert versions(published)["old-pkg"] == "3.0"
    assert "p%40ss" not in published.lock.read_text()


def test_a_uv_lock_with_a_source_archive_is_read_where_it_may_be_built(published: Project, index: Index) -> None:
    (published.folder / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["user"]\n'
        '[[tool.uv.dependency-metadata]]\nname = "old-pkg"\nversion = "2.0"\nrequires-dist = ["demo"]\n'
    )
    published.configured(f"{CONFIG}requirements: uv.lock\n")
    published.run()
    assert "# To build old_pkg-2.0.tar.gz:" in (published.folder / "uv.build.txt").read_text()
    assert set(provided(published)) == {"old-pkg"}
    published.configured("layers: {deps: {}}\nrequirements: uv.lock\n")
    with pytest.raises(LockError, match=r"`build-from-source: \{old-pkg: WHY\}`"):
        locked.read(load(published.folder, {}), X86)
    assert "old_pkg-2.0.tar.gz" in index.files
