"""One list of indexes for every step: a private one beside the public one, given in each of its ways."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.errors import LockError
from deploy.locking import indexes, lockfile
from deploy.settings import Target
from tests.deploy.locking.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.deploy.locking.conftest import Project

pytestmark = pytest.mark.programs

IN_FILES = ["pip.conf", "pyproject.toml", "requirements.in", "a file that it includes"]
WAYS = ["PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_INDEX with variables", *IN_FILES]


@pytest.fixture
def private(project: Project, index: Index) -> Iterator[Index]:
    """An index with a password beside the public one; `own` is on it, and newer, of a stranger, on the public one."""
    index.add("other", "1.0")
    index.add("own", "9.0")
    project.wants("own", "other")
    with Index(credentials="somebody:p@ss") as opened:
        opened.add("own", "1.0", requires=("other",))
        yield opened


def give(way: str, private: Index, project: Project, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    plain = private.url
    secret = plain.replace("//", "//somebody:p%40ss@")
    monkeypatch.setenv("HOME", str(home))
    if way in IN_FILES:
        (home / ".netrc").write_text("machine 127.0.0.1 login somebody password p@ss\n")
    if way == "pip.conf":
        (home / ".config/pip").mkdir(parents=True)
        (home / ".config/pip/pip.conf").write_text(f"[global]\nextra-index-url = {plain}\n")
        monkeypatch.delenv("PIP_CONFIG_FILE")
    elif way == "pyproject.toml":
        (project.folder / way).write_text(f'[[tool.uv.index]]\nname = "mine"\nurl = "{plain}"\n')
    elif way == "requirements.in":
        project.wants(f"--extra-index-url {plain}", "own", "other")
    elif way == "a file that it includes":
        (project.folder / "more.in").write_text(f"-r requirements.in\n--extra-index-url {plain}\n")
        project.wants("-r more.in", "own", "other")
    elif way == "UV_INDEX with variables":
        monkeypatch.setenv("UV_INDEX", f"my-own={plain}")
        monkeypatch.setenv("UV_INDEX_MY_OWN_USERNAME", "somebody")
        monkeypatch.setenv("UV_INDEX_MY_OWN_PASSWORD", "p@ss")
    else:
        monkeypatch.setenv(way, secret)


@pytest.mark.parametrize("way", WAYS)
def test_an_index_that_is_given_once_is_asked_by_lock_and_by_what_downloads(
    way: str, project: Project, private: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (home := tmp_path / "home").mkdir()
    give(way, private, project, monkeypatch, home)
    project.run()
    pins = lockfile.read(project.lock, Target("python3.11", "x86_64"))
    assert {pin.name: pin.version for pin in pins} == {"other": "1.0", "own": "1.0"}
    assert "p@ss" not in project.lock.read_text()
    assert "p%40ss" not in project.lock.read_text()
    environment = indexes.environment(load(project.folder, {}), os.environ)
    pip = [sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps", "--no-cache-dir"]
    command = [*pip, "--dest", str(tmp_path / "wheels"), "--requirement", str(project.lock)]
    bare = {name: value for name, value in environment.items() if name not in {"HOME", "NETRC"}}
    done = subprocess.run(command, env=bare | {"HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "wheels").iterdir())) == 2


def test_a_wrong_password_is_told_as_401_with_the_indexes_that_were_asked_and_no_password(
    project: Project, private: Index, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", private.url.replace("//", "//somebody:wr0ng@"))
    with pytest.raises(LockError) as caught:
        project.run()
    (fault,) = caught.value.faults
    assert fault.cause == f"401: a package index does not know who asks (asked: {private.url}, {index.url})"
    assert "wr0ng" not in str(caught.value)


def test_uv_is_given_the_certificates_that_pip_would_take(tmp_path: Path) -> None:
    from deploy.locking.uv.call import uv_environment

    for name in ("pip", "ssl"):
        (tmp_path / name).write_text(name)
    given = {"PIP_CERT": str(tmp_path / "pip"), "SSL_CERT_FILE": str(tmp_path / "ssl"), "PIP_CONFIG_FILE": os.devnull}
    (into := tmp_path / "into").mkdir()
    found = uv_environment(given, into)
    assert (into / "pip_cert.pem").read_text() == "pip"
    assert found["SSL_CERT_FILE"] == f"{into}/pip_cert.pem"


def test_a_folder_of_this_machine_is_not_asked_and_that_is_said(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "2.0")
    (tmp_path / "folder/demo").mkdir(parents=True)
    (tmp_path / "folder/demo/index.html").write_text("<a href='demo-1.0-py3-none-any.whl'>demo</a>")
    (tmp_path / "pip.conf").write_text(f"[global]\nextra-index-url = file://{tmp_path}/folder\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    project.wants("demo")
    project.run()
    assert [pin.version for pin in lockfile.read(project.lock, Target("python3.11", "x86_64"))] == ["2.0"]
    assert f"file://{tmp_path}/folder is not asked: containers cannot reach" in capsys.readouterr().out


def test_the_indexes_that_a_lock_names_are_asked_where_no_other_default_is_given(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.configured("layers: {deps: {}}\nrequirements: pylock.toml\n")
    (project.folder / "pylock.toml").write_text(f'[[packages]]\nname = "a"\nindex = "{index.url}"\n')
    settings = load(project.folder, {})
    assert indexes.environment(settings, {"PIP_INDEX_URL": "http://mirror.invalid"})["PIP_EXTRA_INDEX_URL"] == ""
    monkeypatch.delenv("PIP_INDEX_URL")
    assert indexes.environment(settings, os.environ)["PIP_EXTRA_INDEX_URL"] == index.url


@pytest.fixture
def undated(project: Project, index: Index) -> Iterator[Index]:
    """A private mirror without upload dates, beside an index that has them and a release of yesterday."""
    index.add("dated", "1.0")
    index.add("dated", "2.0", days=1)
    project.wants("own")
    with Index(has_dates=False) as opened:
        opened.add("own", "1.0", requires=("other", "dated"))
        opened.add("other", "1.0")
        yield opened


def test_an_index_without_upload_dates_is_refused_with_the_way_out(
    project: Project, undated: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", undated.url)
    with pytest.raises(LockError) as caught:
        project.run()
    assert "an index without upload dates cannot say what is within the cooldown" in str(caught.value)
    assert "`lock: {undated: WHY}` in config/pipeline.yaml" in str(caught.value)


def test_what_has_no_date_is_taken_where_that_is_wanted_and_named_and_the_rest_still_cools_down(
    project: Project, undated: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", undated.url)
    project.configured("layers: {deps: {}}\nlock: {undated: our mirror gives none}\n")
    assert project.run() == 0
    pins = lockfile.read(project.lock, Target("python3.11", "x86_64"))
    assert {pin.name: pin.version for pin in pins} == {"dated": "1.0", "other": "1.0", "own": "1.0"}
    told = "no index says when they were uploaded: other, own: our mirror gives none"
    assert told in capsys.readouterr().out
    assert project.run(check=True) == 0


def test_an_at_sign_in_a_password_leaves_nothing_of_it() -> None:
    asked = {
        "PIP_INDEX_URL": "https://ann:p@ss@packages.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://a@b:c@d.example",
    }
    assert indexes.shown(asked) == "https://d.example, https://packages.example/simple"
