"""`python -m deploy layer` as a user runs it, on a project that is not this one."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
from io import StringIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.configuration import load
from deploy.console import Console
from deploy.container.digest import image_digest
from deploy.errors import BuildError
from deploy.prepare import Choices, Prepared, prepare
from tests.integration.small_project import CONFIG, HANDLER, Run, locked, make_project, manifest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.container


def test_a_project_is_built_verified_and_described_and_then_nothing_is_left_to_do(project: Path, cache: Path) -> None:
    first = Run(project, cache, "--no-cache").must()
    assert "building (--no-cache)" in first.out
    assert "built and verified" in first.out
    papers = sorted(path.name for path in (project / "dist").iterdir())
    assert papers == ["code.zip", "tiny.cdx.json", "tiny.json", "tiny.zip"]
    described = manifest(project)
    assert described["verification"]["imported"]
    assert described["image"]["digest"].startswith("sha256:")
    bom = json.loads((project / "dist" / "tiny.cdx.json").read_text(encoding="utf-8"))
    assert [component["name"] for component in bom["components"]] == ["pyyaml"]
    second = Run(project, cache).must()
    assert "unchanged, verified before" in second.out
    assert manifest(project) == described


def test_a_layer_without_sources_is_proven_though_some_wheels_do_not_name_their_top_levels(
    project: Path, cache: Path
) -> None:
    (project / "requirements.txt").write_text(locked("idna") + locked("pyyaml"), encoding="utf-8")
    sourceless = CONFIG.replace("trim: {", "bytecode: sourceless, trim: {")
    (project / "config/pipeline.yaml").write_text(sourceless, encoding="utf-8")
    Run(project, cache).must()
    with ZipFile(project / "dist/tiny.zip") as archive:
        named = {name for name in archive.namelist() if name.endswith("top_level.txt")}
        assert {name.split("/")[1].split("-")[0].lower() for name in named} == {"idna", "pyyaml"}
        assert archive.read(next(name for name in named if "idna" in name)) == b"idna\n"


def test_a_run_without_changes_needs_no_engine_when_the_image_is_pinned(
    project: Path, cache: Path, runtime_image: str
) -> None:
    known = image_digest(runtime_image, os.environ)
    assert known
    Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=known.digest).must()
    again = Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=known.digest, DOCKER_HOST="unix:///nowhere.sock").must()
    assert "unchanged, verified before" in again.out


def test_code_of_another_python_than_this_one_is_read_by_its_own_in_the_image_and_once(
    project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**os.environ, "CHANNELWRIGHT_CACHE": str(cache)}
    (project / "config/pipeline.yaml").write_text(f"{CONFIG}code: {{documentation: false}}\n", encoding="utf-8")
    (project / "src/app.py").write_text(f"# What it is for.\n{HANDLER}", encoding="utf-8")

    def shipped() -> tuple[str, str]:
        said = StringIO()
        code = prepare(load(project, environment), Choices(), environment, Console(said)).code["hello"]
        assert b"What it is for" not in code.files["app.py"]
        return code.sha256, said.getvalue()

    by_itself, said = shipped()
    assert "read the code with" not in said
    monkeypatch.setattr("deploy.code.sources.HERE", "python3.14")
    monkeypatch.setattr("deploy.code.bundle.HERE", "python3.14")
    by_its_own, said = shipped()
    assert "read the code with python3.11 in" in said
    assert by_its_own == by_itself
    assert "read the code with" not in shipped()[1]
    (project / "src/app.py").write_text("def handler(event, context):\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"src/app\.py:1: expected an indented block"):
        shipped()


def test_a_deploying_job_ships_what_was_built_elsewhere_and_makes_nothing(
    project: Path, cache: Path, tmp_path: Path, runtime_image: str
) -> None:
    known = image_digest(runtime_image, os.environ)
    assert known
    Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=known.digest).must()
    for part in ("layers", "checks"):
        shutil.copytree(cache / part, tmp_path / "brought" / part)
    there = make_project(tmp_path / "another" / "checkout")
    environment = {
        "CHANNELWRIGHT_CACHE": str(tmp_path / "brought"),
        "CHANNELWRIGHT_RUNTIME_IMAGE": known.digest,
        "DOCKER_HOST": "unix:///nowhere.sock",
    }

    def shipped() -> Prepared:
        return prepare(load(there, environment), Choices(only_built=True), environment, Console())

    assert [layer.built.sha256 for layer in shipped().layers] == [manifest(project)["zip"]["sha256"]]
    (there / "src" / "app.py").write_text(HANDLER.replace("42", "43"), encoding="utf-8")
    with pytest.raises(BuildError, match="the code: would have to be made: it was not tried on these layers"):
        shipped()
    (there / "requirements.txt").write_text(locked("six"), encoding="utf-8")
    with pytest.raises(BuildError, match="tiny: would have to be made"):
        shipped()


def test_a_source_change_tries_the_code_again_and_leaves_the_layer_alone(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    (project / "src" / "app.py").write_text(HANDLER.replace("42", "43"), encoding="utf-8")
    run = Run(project, cache).must()
    assert "try code.zip on its layers" in run.out
    assert "unchanged, verified before" in run.out


def test_two_builds_in_different_folders_without_a_cache_give_the_same_bytes(tmp_path: Path, cache: Path) -> None:
    here, there = make_project(tmp_path / "here"), make_project(tmp_path / "far" / "away")
    Run(here, cache, "--no-cache").must()
    Run(there, tmp_path / "another-cache", "--no-cache").must()
    assert (here / "dist" / "tiny.zip").read_bytes() == (there / "dist" / "tiny.zip").read_bytes()


def test_a_miss_says_which_input_changed(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    config = project / "config" / "pipeline.yaml"
    config.write_text(CONFIG.replace("trim:", "bytecode: sourceless, trim:"), encoding="utf-8")
    assert "building (changed: policy)" in Run(project, cache).must().out


def test_a_damaged_cache_is_noticed_and_built_anew(project: Path, tmp_path: Path, cache: Path) -> None:
    own = tmp_path / "cache"
    shutil.copytree(cache, own)
    Run(project, own).must()
    for zipped in (own / "layers").glob("*/layer.zip"):
        zipped.write_bytes(zipped.read_bytes()[:-1] + b"?")
    run = Run(project, own).must()
    assert "building (the cached zip is damaged" in run.out


def test_a_handler_that_cannot_import_is_refused_with_its_reason(project: Path, cache: Path) -> None:
    (project / "src" / "app.py").write_text("import numpy\n" + HANDLER, encoding="utf-8")
    run = Run(project, cache).must(code=1)
    assert "No module named 'numpy'" in run.err
    assert "functions.hello" in run.err


def test_a_wheel_that_is_not_the_locked_one_is_refused(project: Path, tmp_path: Path) -> None:
    lock = re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", locked("pyyaml"))
    (project / "requirements.txt").write_text(lock, encoding="utf-8")
    run = Run(project, tmp_path / "empty-cache").must(code=1)
    assert "DO NOT MATCH THE HASHES" in run.err
    assert "nox -s lock" in run.err


def test_without_an_engine_one_message_says_what_to_do(project: Path, tmp_path: Path) -> None:
    run = Run(project, tmp_path / "empty-cache", DOCKER_HOST="unix:///nowhere.sock").must(code=1)
    assert "nox -s engine" in run.err
    assert "--backend host" in run.err


def test_wrong_usage_exits_with_2(project: Path, cache: Path) -> None:
    assert "--backend: moon: is none of the choices" in Run(project, cache, "--backend", "moon").must(code=2).err


def test_a_layer_that_fails_its_verification_never_reaches_dist(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    before = (project / "dist" / "tiny.zip").read_bytes()
    config = project / "config" / "pipeline.yaml"
    config.write_text(
        CONFIG.replace("{debug-symbols: true}", '{exclude: {"yaml/reader.py": why not}}'), encoding="utf-8"
    )
    run = Run(project, cache).must(code=1)
    assert "No module named 'yaml.reader'" in run.err
    assert (project / "dist" / "tiny.zip").read_bytes() == before
    assert manifest(project)["zip"]["sha256"] == hashlib.sha256(before).hexdigest()


def test_a_zip_in_dist_that_was_tampered_with_is_replaced(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    good = (project / "dist" / "tiny.zip").read_bytes()
    (project / "dist" / "tiny.zip").write_bytes(b"other")
    Run(project, cache).must()
    assert (project / "dist" / "tiny.zip").read_bytes() == good


def test_a_damaged_record_of_passed_checks_proves_nothing(project: Path, tmp_path: Path, cache: Path) -> None:
    own = tmp_path / "cache"
    shutil.copytree(cache, own)
    Run(project, own).must()
    for kept in (own / "checks").iterdir():
        kept.write_text("garbage", encoding="utf-8")
    run = Run(project, own).must()
    assert "verify the final zip" in run.out
    assert "try code.zip on its layers" in run.out


def test_on_a_host_a_layer_of_another_architecture_is_audited_and_said_not_to_be_tried(
    project: Path, cache: Path
) -> None:
    other = "x86_64" if platform.machine() in {"aarch64", "arm64"} else "arm64"
    config = f"architectures: [{other}]\nlayers: {{tiny: {{}}}}\n"
    (project / "config" / "pipeline.yaml").write_text(config, encoding="utf-8")
    run = Run(project, cache, "--backend", "host").must()
    assert f"{other}: audited, not imported: this machine is " in run.out
    assert manifest(project)["verification"]["imported"] is False
    assert manifest(project)["verification"]["not_imported"].startswith("this machine is ")
    assert manifest(project)["built_in_runtime_image"] is False
