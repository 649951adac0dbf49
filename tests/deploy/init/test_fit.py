"""What `init` says comes next is what works: it finds out whether the lock has wheels for the functions' runtime."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.configuration import load
from deploy.locking import locked
from tests.deploy.init.projects import HANDLER, write
from tests.deploy.locking.conftest import Project, index
from tests.deploy.locking.test_refit import NEW, OLD, versions, wants, wheels

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.index import Index

__all__ = ["index"]

pytestmark = pytest.mark.programs

SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  App: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}}
"""


@pytest.fixture
def shop(tmp_path: Path, index: Index) -> Project:
    """A project that uv locked to a `native` which is for a newer glibc than python3.11 has."""
    wheels(index, "native", "1.0", OLD)
    wheels(index, "native", "2.0", NEW)
    made = Project(write(tmp_path / "shop", {"src/app.py": HANDLER}))
    wants(made, "native")
    return made


def init(project: Project, *options: str) -> int:
    return main(["--project", str(project.folder), "init", *options])


def following(said: str) -> list[str]:
    lines = [line.removeprefix("next: ") for line in said.splitlines() if line.startswith("next: ")]
    return [line.removeprefix("nox -s ").partition(" ")[0] for line in lines]


def can_be_built(project: Project) -> bool:
    settings = load(project.folder, {})
    return all(locked.pins(settings, target) for target in settings.targets)


def test_where_nobody_says_a_runtime_it_is_one_that_can_use_the_lock_as_it_is(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (shop.folder / "uv.lock").read_bytes()
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    why = "its wheels for that need glibc 2.28 or newer, and python3.11 has 2.26"
    assert f"runtime python3.12: uv.lock has no wheel of native 2.0 for python3.11: {why}" in said
    assert load(shop.folder, {}).runtime == "python3.12"
    assert following(said) == ["layer"]
    assert can_be_built(shop)
    assert (shop.folder / "uv.lock").read_bytes() == before


@pytest.mark.parametrize("said_in", ["template.yaml", ".python-version"])
def test_for_a_runtime_that_is_given_the_plan_shows_what_uv_would_change(
    said_in: str, shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop.folder, {said_in: SAM if said_in == "template.yaml" else "3.11\n"})
    before = (shop.folder / "uv.lock").read_bytes()
    assert init(shop, "--plan") == 0
    shown = capsys.readouterr().out
    assert "uv.lock: native 2.0 has no wheel for python3.11 on x86_64" in shown
    assert "uv.lock, changed by `uv lock`\n  | Update native v2.0 -> v1.0\n" in shown
    assert init(shop) == 1  # nobody at a terminal
    assert (shop.folder / "uv.lock").read_bytes() == before
    capsys.readouterr()
    assert init(shop, "--yes", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changes"] == {"uv.lock": ["Update native v2.0 -> v1.0"]}
    assert versions(shop) == {"native": "1.0"}
    assert [each.split()[-1] for each in told["following"]] == ["layer"]
    assert can_be_built(shop)


def test_where_what_was_shown_is_not_all_lock_comes_next(
    shop: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    wheels(index, "below", "1.0", OLD)
    wheels(index, "below", "2.0", NEW)
    wheels(index, "native", "1.5", OLD, requires=("below==2.0",))
    write(shop.folder, {".python-version": "3.11\n"})
    assert init(shop, "--yes") == 0
    assert following(capsys.readouterr().out) == ["lock", "layer"]
    assert versions(shop) == {"native": "1.5", "below": "2.0"}


def test_where_nothing_fits_it_says_so_and_names_no_command_that_would_be_refused(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    wants(shop, "native>=2")
    write(shop.folder, {".python-version": "3.11\n"})
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "something asks for a newer one; loosen in pyproject.toml what uv's words above name" in said
    assert following(said) == []


def test_where_no_index_can_be_asked_lock_comes_next(
    shop: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop.folder, {".python-version": "3.11\n"})
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "the package index cannot be reached" in said
    assert following(said) == ["lock", "layer"]


def test_a_lock_that_cannot_be_read_is_told_and_has_no_next_command(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "uv.lock").write_text("version = 1\n[[package]]\n")
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "cannot be read by uv" in said
    assert following(said) == []


def test_where_uv_has_to_run_a_sources_code_to_know_it_is_not_run_and_lock_comes_next(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = shop.folder / "ran"
    setup = f"import pathlib, setuptools\npathlib.Path({str(ran)!r}).touch()\nsetuptools.setup(name='own')\n"
    write(shop.folder, {".python-version": "3.11\n", "own/setup.py": setup})
    project = (shop.folder / "pyproject.toml").read_text(encoding="utf-8")
    wanted = project.replace('"native"', '"native", "own"') + '\n[tool.uv.sources]\nown = {path = "own"}\n'
    write(shop.folder, {"pyproject.toml": wanted})
    assert init(shop, "--yes") == 0
    said = capsys.readouterr().out
    assert "what uv would change takes building a source, which `lock` has it do" in said
    assert following(said)[0] == "lock"
    assert not ran.exists()
