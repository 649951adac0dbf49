"""uv.lock and pylock.toml are read as they are; what other tools keep to themselves is refused with its export."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.checkup import project as checkup
from deploy.commands import check
from deploy.configuration import load
from deploy.errors import ConfigError, LockError
from deploy.layer.partition import shares
from deploy.locking import locked
from tests.deploy.locking.other_locks import ARM, BASE, PYPROJECT, X86, refusal, uv_, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


CONFIG = "layers: {deps: {}}\narchitectures: [x86_64, arm64]\nrequirements: uv.lock\n"


@pytest.fixture
def locking(project: Project, index: Index) -> Project:
    """A project with a uv.lock, from an index that has newer wheels for other machines and an sdist's hash."""
    for name in ("extra", "linter", "grouped", "old", "windows", "through"):
        index.add(name, "1.0")
    index.add("demo", "2.0", requires=("through; extra == 'more'",), extras=("more",))
    index.add("demo", "3.0")
    index.add("native", "1.5", *(f"cp311-cp311-manylinux_2_17_{each}" for each in ("x86_64", "aarch64")))
    index.add("native", "1.5", "cp311-cp311-win_amd64", "cp312-cp312-manylinux_2_17_x86_64")
    (project.folder / "pyproject.toml").write_text(PYPROJECT)
    (project.folder / "Dockerfile.layer").write_text("FROM scratch\n")
    project.configured(CONFIG)
    uv_(project, "lock")
    return project


def test_a_uv_lock_gives_what_the_project_needs_on_each_target_and_no_development_group(
    locking: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert versions(locking) == versions(locking, ARM) == BASE
    hashes = {
        target: {pin.name: pin.hashes for pin in locked.pins(load(locking.folder, {}), target)} for target in (X86, ARM)
    }
    for target, machine in ((X86, "x86_64"), (ARM, "aarch64")):
        expected = index.files[f"native-1.5-cp311-cp311-manylinux_2_17_{machine}.whl"].sha256
        assert hashes[target]["native"] == (expected,)
    from argparse import Namespace

    assert check.run(Namespace(project=locking.folder, json=False)) == 0
    assert "deps: 3 distributions, python3.11 on x86_64" in capsys.readouterr().out


def test_the_lock_is_read_without_any_index_and_without_uv_settings_of_this_machine(
    locking: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    assert versions(locking) == BASE


def test_extras_and_groups_are_those_that_are_configured(locking: Project) -> None:
    locking.configured(CONFIG + "lock: {extras: [extra], groups: [lambda]}\n")
    assert versions(locking) == BASE | {"extra": "1.0", "grouped": "1.0"}
    locking.configured(CONFIG + "lock: {extras: [extar]}\n")
    assert "lock.extras: pyproject.toml has no extar" in refusal(locking, ConfigError)
    locking.configured(CONFIG + "lock: {groups: [lamda]}\n")
    assert "lock.groups: pyproject.toml has no lamda" in refusal(locking, ConfigError)


@pytest.mark.parametrize("where", ["pylock.toml", "pylock.lambda.toml"])
def test_a_pylock_gives_the_same_pins_as_the_lock_that_it_was_exported_from(locking: Project, where: str) -> None:
    of_uv = {target: locked.pins(load(locking.folder, {}), target) for target in (X86, ARM)}
    (locking.folder / where).write_text(uv_(locking, "export", "--no-default-groups", "--format", "pylock.toml"))
    (locking.folder / "uv.lock").unlink()
    locking.configured(CONFIG.replace("uv.lock", where))
    assert {target: locked.pins(load(locking.folder, {}), target) for target in (X86, ARM)} == of_uv


def test_a_pylock_with_extras_and_groups_gives_those_that_are_configured(project: Project) -> None:
    wheel = '[{name = "NAME-1-py3-none-any.whl", url = "http://127.0.0.1:9/NAME-1-py3-none-any.whl", '
    wheel += f'hashes = {{sha256 = "{"1" * 64}"}}}}]'
    markers = {"plain": "", "extra": "'x' in extras", "dev": "'dev' in dependency_groups"}
    markers |= {"lambdas": "'lambda' in dependency_groups", "windows": "sys_platform == 'win32'"}
    entries = [
        f'[[packages]]\nname = "{name}"\nversion = "1"\n'
        + (f'marker = "{marker}"\n' if marker else "")
        + f"wheels = {wheel.replace('NAME', name)}\n"
        for name, marker in markers.items()
    ]
    head = 'lock-version = "1.0"\ncreated-by = "a test"\nextras = ["x"]\n'
    head += 'dependency-groups = ["dev", "lambda"]\ndefault-groups = ["dev"]\n'
    (project.folder / "pylock.toml").write_text(head + "".join(entries))
    config = "layers: {deps: {}}\nrequirements: pylock.toml\n"
    for lock, expected in {
        "{}": {"plain", "dev"},
        "{extras: [X]}": {"plain", "dev", "extra"},
        "{groups: [lambda]}": {"plain", "lambdas"},
    }.items():
        project.configured(f"{config}lock: {lock}\n")
        assert set(versions(project)) == expected
    project.configured(f"{config}lock: {{extras: [y], groups: [lamda]}}\n")
    assert "lock.extras: pylock.toml has no y" in refusal(project, ConfigError)


def test_every_package_without_a_wheel_for_the_target_is_refused(locking: Project, index: Index) -> None:
    index.add("other", "1.0", "cp311-cp311-macosx_11_0_arm64")
    index.add("another", "1.0", "cp311-cp311-manylinux_2_35_x86_64")
    text = (locking.folder / "pyproject.toml").read_text()
    (locking.folder / "pyproject.toml").write_text(text.replace('"native"', '"native", "other", "another"'))
    uv_(locking, "lock")
    told = refusal(locking)
    assert "other 1.0: has no wheel for python3.11 on x86_64" in told
    assert "another 1.0: has no wheel for python3.11 on x86_64" in told
    assert "native" not in told


def test_what_is_no_lock_is_refused_with_the_tool_s_words(locking: Project) -> None:
    (locking.folder / "uv.lock").write_text("version = 99\n")
    assert "uv.lock: cannot be read by uv" in refusal(locking)
    (locking.folder / "uv.lock").unlink()
    assert "make it with `uv lock`" in refusal(locking)
    locking.configured(CONFIG.replace("uv.lock", "pylock.toml"))
    for text in ("lock-version = '1.0'\n", "lock-version = '9.0'\ncreated-by = 'x'\npackages = []\n", "a = \n"):
        (locking.folder / "pylock.toml").write_text(text)
        assert "is no pylock.toml that can be read" in refusal(locking)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("poetry.lock", "poetry export"),
        ("Pipfile.lock", "pipenv requirements --hash"),
        ("pdm.lock", "pdm export --format pylock"),
    ],
)
def test_a_lock_that_only_its_own_tool_reads_is_refused_with_the_command_that_exports_it(
    project: Project, name: str, command: str
) -> None:
    (project.folder / name).write_text("")
    assert command in refusal(project)
    project.configured(f"layers: {{deps: {{}}}}\nrequirements: {name}\n")
    assert command in refusal(project)
    with pytest.raises(LockError, match=command):
        project.run()


def test_lock_has_uv_remake_its_lock_and_says_what_changed(
    locking: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert locking.run(check=True) == 0
    index.add("demo", "2.5", requires=("through; extra == 'more'",), extras=("more",))
    assert locking.run() == 0
    assert versions(locking)["demo"] == "2.0"
    assert "nothing changed" in capsys.readouterr().out
    assert locking.run(upgrade=["demo"]) == 0
    assert versions(locking)["demo"] == "2.5"
    assert "1 changed" in capsys.readouterr().out
    text = (locking.folder / "pyproject.toml").read_text()
    (locking.folder / "pyproject.toml").write_text(text.replace("demo[more]<3", "demo"))
    with pytest.raises(LockError, match=r"uv\.lock: does not follow from pyproject\.toml"):
        locking.run(check=True)


def test_doctor_says_what_is_asked_for_since_the_lock_was_made(locking: Project) -> None:
    assert [each.state for each in checkup.locked(load(locking.folder, {}))] == ["ok"]
    text = (locking.folder / "pyproject.toml").read_text()
    (locking.folder / "pyproject.toml").write_text(text.replace('"native"', '"native", "new"').replace("<3", ">2"))
    told = [each.what for each in checkup.locked(load(locking.folder, {}))]
    assert told == ["demo 2.0 is locked", "new is asked for and not locked"]


def test_layers_with_dependencies_are_shared_out_by_what_a_uv_lock_says(locking: Project) -> None:
    locking.configured("requirements: uv.lock\nlayers:\n  one: {packages: {with-dependencies-of: [demo]}}\n  two: {}\n")
    settings = load(locking.folder, {})
    parts = shares(settings, locked.pins(settings, X86))
    assert {name: [pin.name for pin in pins] for name, pins in parts.items()} == {
        "one": ["demo", "through"],
        "two": ["native"],
    }


def test_a_lock_of_another_tool_is_not_remade(locking: Project) -> None:
    (locking.folder / "pylock.toml").write_text('lock-version = "1.0"\ncreated-by = "pip"\npackages = []\n')
    locking.configured(CONFIG.replace("uv.lock", "pylock.toml"))
    with pytest.raises(LockError, match="pip makes it anew"):
        locking.run()


def test_pip_installs_the_very_wheels_that_are_read(locking: Project, tmp_path: Path) -> None:
    """Pip reads pylock.toml by itself from 26.1 on; older ones are asked by hashes."""
    from deploy.locking import lockfile

    lock = tmp_path / "r.txt"
    lock.write_text(lockfile.requirements(locked.pins(load(locking.folder, {}), X86)))
    report = tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--require-hashes",
    ]
    command += ["--only-binary", ":all:", "--target", str(tmp_path / "t"), "--report", str(report), "-r", str(lock)]
    subprocess.run([*command, "--quiet"], check=True, capture_output=True)
    found = {
        each["metadata"]["name"]: each["metadata"]["version"] for each in json.loads(report.read_text())["install"]
    }
    assert found == BASE
