"""What a release publishes: the pipeline with all its data, nothing else, and the same bytes from the same sources."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tarfile
from pathlib import PurePath
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy import __version__
from tests.integration.installed.conftest import ROOT, Packages, build, copy_sources

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.container  # like what else needs an index: what builds them is fetched
PACKAGE = "channelwright_pipeline"


def tracked() -> set[str]:
    """Return the files of deploy/ that git knows, by path below it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "deploy"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return {path.removeprefix("deploy/") for path in listed}


def digests(packages: Packages) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (packages.wheel, packages.sdist)]


def test_the_wheel_is_the_pipeline_under_its_own_name_with_all_of_its_data_and_nothing_else(packages: Packages) -> None:
    with ZipFile(packages.wheel) as wheel:
        names = wheel.namelist()
        entries = wheel.read(f"channelwright-{__version__}.dist-info/entry_points.txt").decode()
    own = {name.removeprefix(f"{PACKAGE}/") for name in names if name.startswith(f"{PACKAGE}/")}
    assert own == tracked()
    assert {"layer/Dockerfile.layer", "pipeline.schema.json", "report/page.html"} <= own
    assert {PurePath(name).parts[0] for name in names} == {PACKAGE, f"channelwright-{__version__}.dist-info"}
    assert entries == f"[console_scripts]\nchannelwright = {PACKAGE}.__main__:program\n"


def test_what_the_index_shows_links_to_the_repository(packages: Packages) -> None:
    with ZipFile(packages.wheel) as wheel:
        text = wheel.read(f"channelwright-{__version__}.dist-info/METADATA").decode()
    links = re.findall(r"\]\(([^)#]+)", text)
    assert len(links) > 10
    assert all(each.startswith("https://") for each in links), links
    assert any(each.endswith(".png") and "raw." in each for each in links)


def test_the_sdist_holds_what_the_wheel_is_built_from(packages: Packages) -> None:
    with tarfile.open(packages.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"deploy/{name}" for name in tracked()} <= names
    assert {PurePath(name).parts[0] for name in names} <= {
        "deploy", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "PKG-INFO", ".gitignore",
    }  # fmt: skip


def test_the_same_sources_give_the_same_bytes_wherever_and_whenever_they_are_built(
    packages: Packages, tmp_path: Path
) -> None:
    elsewhere = copy_sources(tmp_path / "another name")
    for number, path in enumerate(sorted(elsewhere.rglob("*"))):
        os.utime(path, (number * 86_400, number * 86_400))
        path.chmod(0o700 if path.is_dir() else 0o600)
    before = os.umask(0o077)
    try:
        again = build(elsewhere, tmp_path / "built", TZ="Pacific/Kiritimati", PYTHONHASHSEED="7")
    finally:
        os.umask(before)
    assert digests(again) == digests(packages)


def test_a_changed_source_gives_other_bytes(packages: Packages, tmp_path: Path) -> None:
    elsewhere = copy_sources(tmp_path / "changed")
    with (elsewhere / "deploy/git.py").open("a") as source:
        source.write("# one more line\n")
    again = digests(build(elsewhere, tmp_path / "built"))
    assert not set(again) & set(digests(packages))
