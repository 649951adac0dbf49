"""One project's layer for two runtimes: each built, audited and tried in its own image."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from deploy.settings import image_variable
from tests.integration.conftest import LATER
from tests.integration.small_project import CONFIG, Run, cache_with_wheels, make_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.container

# PyYAML's wheels for Python 3.13, x86_64 and arm64.
WHEELS = (
    "0f29edc409a6392443abf94b9cf89ce99889a1dd5376d94316ae5145dfedd5d6",
    "ee2922902c45ae8ccada2c5b501ab86c36525b883eff4255313a253a3160861c",
)


@pytest.fixture
def cache(tmp_path: Path, shared: Path) -> Path:
    return cache_with_wheels(tmp_path / "cache", shared)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "project")
    (made / "config" / "pipeline.yaml").write_text(CONFIG + f"runtimes: [python3.11, {LATER}]\n", encoding="utf-8")
    lock = made / "requirements.txt"
    more = "".join(f"    --hash=sha256:{digest} \\\n" for digest in WHEELS)
    text = lock.read_text(encoding="utf-8").replace("\n", f"\n{more}", 1)
    lock.write_text(text, encoding="utf-8")
    return made


def manifest(project: Path, stem: str) -> Any:
    return json.loads((project / "dist" / f"{stem}.json").read_text(encoding="utf-8"))


def test_each_runtime_is_built_audited_and_tried_in_its_own_image(
    project: Path, cache: Path, runtime_image: str, later_image: str
) -> None:
    images = {image_variable(LATER): later_image}
    first = Run(project, cache, **images).must()
    assert f"build tiny in {runtime_image}" in first.out
    assert f"build tiny-{LATER} in {later_image}" in first.out
    assert f"verify the final zip in a fresh {later_image}" in first.out

    own, later = manifest(project, "tiny"), manifest(project, f"tiny-{LATER}")
    assert (own["layer"], own["runtime"]) == ("tiny", "python3.11")
    assert (later["layer"], later["runtime"]) == ("tiny", LATER)
    assert [each["verification"]["python"][:5] for each in (own, later)] == ["3.11.", "3.13."]
    assert [each["packages"][0]["wheel"].split("-")[2] for each in (own, later)] == ["cp311", "cp313"]
    assert all(each["loaded"] for each in later["verification"]["shared_objects"])
    with zipfile.ZipFile(project / "dist" / f"tiny-{LATER}.zip") as archive:
        bytecode = [name for name in archive.namelist() if name.endswith(".pyc")]
    assert bytecode
    assert all(name.endswith(".cpython-313.pyc") for name in bytecode)

    assert "building" not in Run(project, cache, **images).must().out


def test_an_image_of_another_python_is_refused(project: Path, cache: Path, runtime_image: str) -> None:
    run = Run(project, cache, **{image_variable(LATER): runtime_image}).must(code=1)
    assert LATER in run.err


def test_without_containers_only_this_machines_own_python_is_a_runtime(project: Path, cache: Path) -> None:
    run = Run(project, cache, "--backend", "host").must(code=1)
    assert "run it with Python 3.13 on Linux, or build in containers" in run.err
