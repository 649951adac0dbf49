"""What uv locks for every platform is fitted to Lambda's: the newest versions that its glibc and Python can use."""

from __future__ import annotations

import os
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
import uv

from deploy.configuration import load
from deploy.errors import LockError
from deploy.invocation import advised
from deploy.locking import locked

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs

CONFIG = "requirements: uv.lock\nlayers: {deps: {}}\narchitectures: [x86_64, arm64]\n"
WANTS = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [WANTED]\n'
OLD, NEW = 17, 28  # glibc 2.x


def wheels(index: Index, name: str, version: str, glibc: int, *machines: str, requires: tuple[str, ...] = ()) -> None:
    every = machines or ("x86_64", "aarch64")
    tags = [f"{each}-{each}-manylinux_2_{glibc}_{machine}" for each in ("cp311", "cp312") for machine in every]
    index.add(name, version, *tags, requires=requires)


@pytest.fixture
def shop(project: Project, index: Index) -> Project:
    """A project that wants `native`, whose newest versions are for a newer glibc, or for one machine alone."""
    wheels(index, "native", "1.0", OLD)
    wheels(index, "native", "2.0", OLD, "x86_64")
    wheels(index, "native", "3.0", NEW)
    wheels(index, "native", "4.0", NEW)
    index.add("plain", "1.0")
    index.add("plain", "2.0")
    project.configured(CONFIG)
    wants(project, "native", "plain")
    return project


def wants(project: Project, *names: str) -> None:
    text = WANTS.replace("WANTED", ", ".join(f'"{each}"' for each in names))
    (project.folder / "pyproject.toml").write_text(text)
    environment = os.environ | {"UV_DEFAULT_INDEX": os.environ["PIP_INDEX_URL"]}
    command = [uv.find_uv_bin(), "lock", "--quiet"]
    subprocess.run(command, cwd=project.folder, env=environment, check=True)


def versions(project: Project) -> dict[str, str]:
    """Return what uv itself says of its lock, but for the project."""
    packages = tomllib.loads((project.folder / "uv.lock").read_text())["package"]
    return {each["name"]: each["version"] for each in packages if each["name"] != "shop"}


def test_a_build_says_which_glibc_is_lacking_and_both_ways_to_go_on(shop: Project) -> None:
    with pytest.raises(LockError) as caught:
        locked.pins(load(shop.folder, {}), load(shop.folder, {}).targets[0])
    (fault,) = caught.value.faults
    assert fault.cause == "its wheels for that need glibc 2.28 or newer, and python3.11 has 2.26"
    cure = "has uv take the newest version that fits; or `runtime: python3.12` in config/pipeline.yaml has one"
    assert fault.cure == f"{advised('lock')} {cure}"


def test_lock_takes_the_newest_that_fits_every_architecture_and_leaves_all_else(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (shop.folder / "pyproject.toml").read_bytes()
    assert shop.run() == 0
    assert versions(shop) == {"native": "1.0", "plain": "2.0"}
    said = capsys.readouterr().out
    assert "native 1.0 is locked: 4.0 has no wheel for python3.11 on x86_64" in said
    assert "`runtime: python3.12` in config/pipeline.yaml would have 4.0" in said
    assert "1 changed" in said
    assert (shop.folder / "pyproject.toml").read_bytes() == before
    assert shop.run() == shop.run(check=True) == 0
    assert versions(shop)["native"] == "1.0"


def test_upgrading_all_upgrades_what_can_be(shop: Project, index: Index) -> None:
    shop.run()
    index.add("plain", "3.0")
    assert shop.run(upgrade=[]) == 0
    assert versions(shop) == {"native": "1.0", "plain": "3.0"}


def test_a_newer_runtime_gets_the_newest(shop: Project, capsys: pytest.CaptureFixture[str]) -> None:
    shop.configured(f"runtime: python3.12\n{CONFIG}")
    assert shop.run() == 0
    assert versions(shop)["native"] == "4.0"
    assert "has no wheel" not in capsys.readouterr().out


def test_what_needs_the_newer_one_goes_back_with_it(shop: Project, index: Index) -> None:
    index.add("above", "1.0", requires=("native<2",))
    index.add("above", "2.0", requires=("native>=3",))
    wants(shop, "above")
    assert versions(shop) == {"above": "2.0", "native": "4.0"}
    assert shop.run() == 0
    assert versions(shop) == {"above": "1.0", "native": "1.0"}


def test_where_the_project_wants_the_newer_one_it_is_told_what_to_loosen(shop: Project) -> None:
    wants(shop, "native>=3")
    before = (shop.folder / "uv.lock").read_bytes()
    with pytest.raises(LockError) as caught:
        shop.run()
    (fault,) = caught.value.faults
    assert fault.where == "uv.lock: native 4.0"
    assert "1.0 has one, and something asks for a newer one" in fault.cause
    assert "loosen in pyproject.toml" in fault.cure
    assert "native>=3" in caught.value.log
    assert (shop.folder / "uv.lock").read_bytes() == before


def test_what_no_version_has_a_wheel_for_is_refused_with_the_key_that_builds_one(shop: Project, index: Index) -> None:
    wheels(index, "newcomer", "1.0", NEW)
    wants(shop, "newcomer")
    with pytest.raises(LockError, match="newcomer: WHY"):
        shop.run()
