"""What a release publishes, built here, and the command as somebody has it who installed it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uv

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
# What the packages are made from; the rest of the repository has no part in them.
SOURCES = ("deploy", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore")


@dataclass(frozen=True)
class Packages:
    wheel: Path
    sdist: Path


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel; `folder` is where it is run, outside of this repository."""

    environment: Path
    folder: Path

    @property
    def python(self) -> Path:
        return self.environment / "bin/python"

    def run(
        self, *arguments: str, program: str = "channelwright", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment as its user does: no variable of these tests reaches it."""
        command = [str(self.environment / "bin" / program), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=clean(**variables), capture_output=True, text=True, check=False, timeout=600
        )


def clean(**more: str) -> dict[str, str]:
    """Return the environment of somebody who is in no session of ours, and whose pip is told nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NOX_CURRENT_SESSION", "PYTHONPATH"}}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, **more}


def run_uv(*arguments: str | Path, **variables: str) -> str:
    command = [uv.find_uv_bin(), *map(str, arguments)]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(sources: Path, into: Path, **variables: str) -> Packages:
    """Build the sdist, and the wheel from it, as the release does."""
    run_uv("build", "--quiet", "--out-dir", into, sources, **variables)
    (wheel,), (sdist,) = into.glob("*.whl"), into.glob("*.tar.gz")
    return Packages(wheel, sdist)


def copy_sources(into: Path) -> Path:
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            into.mkdir(exist_ok=True)
            shutil.copyfile(source, into / name)
    return into


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return build(ROOT, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def environment(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An environment that holds the wheel, what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    run_uv("venv", "--quiet", "--python", sys.executable, folder)
    run_uv("pip", "install", "--quiet", "--python", folder / "bin/python", packages.wheel)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def installed(environment: Path, tmp_path: Path) -> Installed:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Installed(environment, folder)
