"""`init` finds out whether a requirements.txt with hashes has wheels for the functions' runtime, as `layer` would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from tests.deploy.init.projects import HANDLER, write
from tests.deploy.init.test_fit import SAM, following, init
from tests.deploy.locking.conftest import Project, index
from tests.deploy.locking.test_refit import NEW, OLD, wheels

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.index import File, Index

__all__ = ["index"]

pytestmark = pytest.mark.programs


def pinned(files: list[File]) -> str:
    """Lock one version by the hashes of these files, as exports of other tools do."""
    name, version = files[0].filename.split("-")[:2]
    return " \\\n".join([f"{name}=={version}", *(f"    --hash=sha256:{each.sha256}" for each in files)]) + "\n"


@pytest.fixture
def shop(tmp_path: Path, index: Index) -> Project:
    index.add("plain", "1.0")
    wheels(index, "native", "1.0", OLD)
    wheels(index, "native", "2.0", NEW)
    return Project(write(tmp_path / "shop", {"src/app.py": HANDLER}))


def locks(project: Project, index: Index, *stems: str) -> None:
    found = [[each for each in index.files.values() if each.filename.startswith(f"{stem}-")] for stem in stems]
    project.lock.write_text("".join(map(pinned, found)))


def test_a_lock_that_fits_is_taken_as_it_is(shop: Project, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    locks(shop, index, "plain-1.0", "native-1.0")
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "has no wheel" not in said
    assert "is not known" not in said
    assert following(said) == ["layer"]
    assert load(shop.folder, {}).runtime == "python3.11"


def test_where_nobody_says_a_runtime_it_is_the_first_that_can_use_it(
    shop: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop.folder, {"pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.11"\n'})
    locks(shop, index, "plain-1.0", "native-2.0")
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    why = "its wheels for that need glibc 2.28 or newer, and python3.11 has 2.26"
    assert f"runtime python3.12: requirements.txt has no wheel of native 2.0 for python3.11: {why}" in said
    assert load(shop.folder, {}).runtime == "python3.12"
    assert following(said) == ["layer"]


@pytest.mark.parametrize(("wanted", "then"), [({}, []), ({"requirements.in": "native\n"}, ["lock", "layer"])])
def test_for_a_runtime_that_is_given_it_says_what_does_not_fit_and_lock_is_next_where_that_makes_it(
    wanted: dict[str, str], then: list[str], shop: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop.folder, {"template.yaml": SAM, **wanted})
    locks(shop, index, "plain-1.0", "native-2.0")
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "requirements.txt: native 2.0: has no wheel for python3.11 on x86_64" in said
    assert "`runtime: python3.12` in config/pipeline.yaml has one" in said
    assert following(said) == then


def test_hashes_of_other_files_than_the_runtimes_are_told(
    shop: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("native", "3.0", "cp311-cp311-macosx_11_0_arm64", "cp311-cp311-manylinux_2_17_x86_64")
    index.add("newer", "1.0", python=">=3.12")
    write(shop.folder, {"template.yaml": SAM})
    locks(shop, index, "native-3.0", "newer-1.0")
    of_mac = pinned([index.files["native-3.0-cp311-cp311-macosx_11_0_arm64.whl"]])
    of_nobody = pinned([index.files["newer-1.0-py3-none-any.whl"]]) + "plain==1.0 --hash=sha256:" + "0" * 64 + "\n"
    shop.lock.write_text(of_mac + of_nobody)
    assert init(shop, "--plan") == 0
    said = capsys.readouterr().out
    assert "native 3.0: has no wheel for python3.11 on x86_64: its wheels are for other versions of Python" in said
    assert "newer 1.0: has no wheel for python3.11 on x86_64: it needs another Python than 3.11.99" in said
    assert "plain 1.0: has no wheel for python3.11 on x86_64: no wheel on an index has a hash of the lock" in said


def test_where_no_index_answers_that_is_said_and_the_lock_is_taken_as_it_is(
    shop: Project, index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    locks(shop, index, "plain-1.0", "native-2.0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "requirements.txt: whether it has wheels for python3.11 is not known: the package index cannot" in said
    assert following(said) == ["layer"]
