"""A code zip that is remembered is the one that the sources give; the oracle is the zip that is made anew."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.code import sources
from deploy.code.bundle import CodeBundle, bundles
from deploy.code.remembered import Memory
from deploy.configuration import load
from deploy.console import Console
from deploy.container.digest import RuntimeImage
from deploy.kept import Kept, keep_text
from deploy.prepare import Choices
from deploy.prepare.at_hand import AtHand
from deploy.prepare.code import CodePreparation
from deploy.settings import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.settings import Settings

APP = 'def handler(event, context):\n    """What it is for."""\n    return {}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "config").mkdir(parents=True)
    (folder / "src").mkdir()
    (folder / "src/app.py").write_text(APP)
    (folder / "src/words.txt").write_text("tea\n")
    (folder / "config/pipeline.yaml").write_text(
        "layers: {}\ncode: {documentation: false}\nfunctions: {f: {name: f, handler: app.handler, layers: []}}\n"
    )
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were read from now on, to be compiled."""
    seen: list[str] = []
    really = sources.read_here

    def noted(given: Mapping[str, bytes]) -> dict[str, bytes | sources.Unreadable]:
        seen.extend(given)
        return really(given)

    monkeypatch.setattr("deploy.code.bundle.read_here", noted)
    return seen


def made(project: Path, cache: Path, *, by: str = "this pipeline", settings: Settings | None = None) -> CodeBundle:
    wanted = settings or load(project, {})
    return bundles(wanted, project / "dist", memory=Memory(Kept(cache), by))["f"]


def anew(project: Path, folder: Path, settings: Settings | None = None) -> str:
    made_anew = bundles(settings or load(project, {}), folder)["f"]
    return hashlib.sha256(made_anew.zip.read_bytes()).hexdigest()


def test_without_changes_no_source_is_read_and_the_bundle_is_the_same(
    project: Path, tmp_path: Path, read: list[str]
) -> None:
    (project / "src/app.py").chmod(0o755)
    first = made(project, tmp_path / "cache")
    read.clear()
    again = made(project, tmp_path / "cache")
    assert read == []
    assert again == first
    assert {name: type(each) for name, each in again.files.items()} == {
        name: type(each) for name, each in first.files.items()
    }


@pytest.mark.parametrize("path", ["src/app.py", "src/words.txt", "src/new.py"])
def test_a_file_that_changed_is_in_the_zip(project: Path, tmp_path: Path, path: str) -> None:
    first = made(project, tmp_path / "cache")
    content = (project / path).read_text() if (project / path).exists() else ""
    stamp = (project / "src/app.py").stat()
    (project / path).write_text(content.replace("{}", "[]") + "# \n")
    os.utime(project / path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # no time tells
    again = made(project, tmp_path / "cache")
    assert again.sha256 == anew(project, tmp_path / "anew") != first.sha256


def test_a_file_that_went_or_may_be_run_now_is_found_out(project: Path, tmp_path: Path) -> None:
    first = made(project, tmp_path / "cache")
    (project / "src/words.txt").chmod(0o755)
    second = made(project, tmp_path / "cache")
    (project / "src/words.txt").unlink()
    third = made(project, tmp_path / "cache")
    assert len({first.sha256, second.sha256, third.sha256}) == 3
    assert third.sha256 == anew(project, tmp_path / "anew")


def test_another_setting_of_the_code_is_found_out(project: Path, tmp_path: Path) -> None:
    first = made(project, tmp_path / "cache")
    settings = load(project, {})
    settings = replace(settings, code=replace(settings.code, documentation=True))
    again = made(project, tmp_path / "cache", settings=settings)
    assert again.sha256 == anew(project, tmp_path / "anew", settings) != first.sha256


@pytest.mark.parametrize("damage", [b"", b"another zip"])
def test_a_zip_that_is_not_the_one_that_was_made_is_made_again(
    project: Path, tmp_path: Path, damage: bytes, read: list[str]
) -> None:
    first = made(project, tmp_path / "cache")
    first.zip.write_bytes(damage)
    if not damage:
        first.zip.unlink()
    assert made(project, tmp_path / "cache").zip.read_bytes() == Path(anew_zip(project, tmp_path)).read_bytes()
    assert len(read) == 3


def anew_zip(project: Path, folder: Path) -> Path:
    return bundles(load(project, {}), folder / "anew")["f"].zip


def test_what_another_state_of_the_pipeline_made_is_not_taken(project: Path, tmp_path: Path, read: list[str]) -> None:
    made(project, tmp_path / "cache")
    read.clear()
    made(project, tmp_path / "cache", by="a pipeline with one more line")
    assert read == ["app.py"]


def test_a_memory_that_is_damaged_is_none(project: Path, tmp_path: Path, read: list[str]) -> None:
    first = made(project, tmp_path / "cache")
    for path in (tmp_path / "cache/checks").iterdir():
        path.write_bytes(path.read_bytes().replace(b"tree_digest", b"tree_digesT"))
    read.clear()
    assert made(project, tmp_path / "cache").sha256 == first.sha256
    assert read == ["app.py"]


def test_a_stage_gets_what_the_sources_give_whoever_wrote_to_the_cache_and_to_dist(
    project: Path, tmp_path: Path
) -> None:
    environment = {"CHANNELWRIGHT_CACHE": str(tmp_path / "cache")}
    settings = load(project, environment)
    stage = Stage(name="dev", region="eu-central-1")
    for_itself, for_a_stage = Choices(try_code=False), Choices(try_code=False, stage=stage)
    right = bundled(settings, for_itself, environment)
    forged = zipped({"app.py": b"import os\n"})
    right.zip.write_bytes(forged)
    (kept,) = (tmp_path / "cache" / "checks").iterdir()
    said = {"sha256": hashlib.sha256(forged).hexdigest(), "tree_digest": right.tree_digest}
    keep_text(kept, json.dumps(said))
    assert bundled(settings, for_itself, environment).sha256 == said["sha256"]
    handed_out = bundled(settings, for_a_stage, environment)
    assert handed_out.sha256 == right.sha256 == hashlib.sha256(handed_out.zip.read_bytes()).hexdigest()


def bundled(settings: Settings, choices: Choices, environment: Mapping[str, str]) -> CodeBundle:
    with ExitStack() as opened:
        at_hand = AtHand(settings, choices, environment, Console(StringIO()), opened)
        return CodePreparation(at_hand).code(())["f"]


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


class OpenedError(Exception):
    """The runtime was asked."""


def test_a_stage_gets_what_the_runtimes_own_python_reads_now_whatever_was_kept_of_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object) -> None:
        raise OpenedError

    path = project / "config/pipeline.yaml"
    path.write_text(f"runtime: python3.13\n{path.read_text()}")
    settings, environment = load(project, {}), {"CHANNELWRIGHT_CACHE": str(tmp_path / "cache")}
    forged = json.dumps({"app.py": "forged"})
    monkeypatch.setattr(AtHand, "image", lambda *_: RuntimeImage("runtime", "sha256:1"))
    monkeypatch.setattr(AtHand, "passed", lambda *_: forged)
    monkeypatch.setattr(AtHand, "runtime", opened)
    stage = Stage(name="dev", region="eu-central-1")
    with pytest.raises(OpenedError):
        bundled(settings, Choices(try_code=False, stage=stage), environment)
