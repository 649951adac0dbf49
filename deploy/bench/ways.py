"""The three ways from the same lock to a layer's zip, each in a folder and with caches of its own."""

from __future__ import annotations

import os
import shutil
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import uv
import yaml

from ..keys.place import CONFIG
from ..locking import indexes, locked, lockfile
from ..locking.uv.call import uv_environment
from ..settings import MACHINES
from . import start_options
from .timing import timed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings import Bytecode, Settings
    from .start_options import StartOption
    from .timing import Took

_NOT_COPIED = (".*", "__pycache__", "dist", "node_modules", "venv")
_PIPELINE = Path(__file__).parent.parent


def usual_environment() -> dict[str, str]:
    """Return this process's environment, without what keeps Python from keeping its bytecode: who builds has that."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Way(ABC):
    """`folder` is this way's alone."""

    settings: Settings
    folder: Path
    environment: Mapping[str, str] = field(default_factory=usual_environment)

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    @abstractmethod
    def zips(self) -> list[Path]:
        """The layer, as it would be published."""

    @property
    @abstractmethod
    def code(self) -> Path:
        """The code, as it would be published; `changed` makes it."""

    def cold(self) -> Took:
        """Build with empty caches."""
        shutil.rmtree(self.cache, ignore_errors=True)
        return self.unchanged()

    @abstractmethod
    def unchanged(self) -> Took:
        """Do it again, with nothing changed."""

    @abstractmethod
    def changed(self) -> Took:
        """Do what this way does after a change of the source alone."""

    def opt(self) -> dict[str, bytes]:
        """Return what the layer unpacks to, by path below /opt."""
        files: dict[str, bytes] = {}
        for path in self.zips:
            with ZipFile(path) as archive:
                files |= {each.filename: archive.read(each) for each in archive.infolist() if not each.is_dir()}
        return files


class Zipped(Way):
    """Install into a folder, then zip it; neither way knows what it did before, so every run does it all."""

    @property
    def zips(self) -> list[Path]:
        return [self.folder / "layer.zip"]

    @property
    def code(self) -> Path:
        return self.folder / "code.zip"

    @property
    def requirements(self) -> str:
        path = self.settings.project / self.settings.requirements
        if path.suffix == ".txt":
            return str(path.resolve())
        written = self.folder / "requirements.txt"
        written.write_text(lockfile.requirements(locked.pins(self.settings, self.settings.targets[0])), "utf-8")
        return str(written.resolve())

    @property
    def machine(self) -> str:
        return MACHINES[self.settings.architectures[0]]

    @abstractmethod
    def commands(self) -> list[list[str]]:
        """Return what leaves the layer's content in python/."""

    def unchanged(self) -> Took:
        for name in ("python", "packages"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.zips[0].unlink(missing_ok=True)
        (self.folder / "python").mkdir(parents=True)
        return self._timed([*self.commands(), [sys.executable, "-m", "zipfile", "-c", "layer.zip", "python"]])

    def changed(self) -> Took:
        """Zip the code alone: with a layer, nobody installs anything for a change of the source."""
        source, copy = self.settings.project / self.settings.code.source, self.folder / "code"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        for each in self.settings.code.include:
            (copy / each).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.settings.project / each, copy / each)
        names = [f"code/{path.name}" for path in sorted(copy.iterdir())]
        return self._timed([[sys.executable, "-m", "zipfile", "-c", "code.zip", *names]])

    def _timed(self, commands: Sequence[Sequence[str]]) -> Took:
        certificates = self.folder / "certificates"
        certificates.mkdir(exist_ok=True)
        caches = {"PIP_CACHE_DIR": f"{self.cache}/pip", "UV_CACHE_DIR": f"{self.cache}/uv"}
        environment = {**uv_environment(indexes.environment(self.settings, self.environment), certificates), **caches}
        return timed(commands, self.folder, environment)


class PipWay(Zipped):
    """The classic way: `pip install -t` for manylinux2014, with the bytecode that pip makes."""

    def commands(self) -> list[list[str]]:
        platform = [
            "--platform",
            f"manylinux2014_{self.machine}",
            "--implementation",
            "cp",
            "--python-version",
            self.settings.runtime.removeprefix("python"),
        ]
        quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"]
        what = ["--only-binary", ":all:", "-r", self.requirements, "-t", "python"]
        return [[sys.executable, "-m", "pip", "install", *quiet, *platform, *what]]


class UvWay(Zipped):
    """The way uv documents for layers: https://docs.astral.sh/uv/guides/integration/aws-lambda/."""

    def commands(self) -> list[list[str]]:
        options = ["--no-installer-metadata", "--no-compile-bytecode", "--quiet"]
        platform = ["--python-platform", f"{self.machine}-manylinux2014", "--python", sys.executable]
        install = [uv.find_uv_bin(), "pip", "install", *options, *platform, "--prefix", "packages"]
        return [[*install, "-r", self.requirements], ["cp", "-r", "packages/lib", "python/"]]


@dataclass(frozen=True)
class ThisWay(Way):
    """This pipeline, on a copy of the project, with `python -m deploy layer`.

    `wheels` is the cache of another one that has them; without it the cache is its own.
    """

    wheels: Path | None = None

    @property
    def cache(self) -> Path:
        return self.wheels or super().cache

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def zips(self) -> list[Path]:
        return [self.project / "dist" / f"{name}.zip" for name in self.settings.layers]

    @property
    def code(self) -> Path:
        return self.project / "dist/code.zip"

    def copy(self, bytecode: Bytecode | None = None, *, without: Sequence[StartOption] = ()) -> None:
        """Copy the project, and the pipeline itself, so that edits meanwhile change nothing.

        `bytecode` changes every layer's policy; `without` are options that the copy shall not have.
        """
        settings, unwanted = self.settings, shutil.ignore_patterns(*_NOT_COPIED)
        shutil.copytree(_PIPELINE, self.folder / "pipeline" / _PIPELINE.name, ignore=unwanted)
        shutil.copytree(settings.project, self.project, ignore=unwanted)
        raw = yaml.safe_load((settings.project / CONFIG).read_text(encoding="utf-8"))
        if bytecode:
            raw["layers"] = {name: {**layer, "bytecode": bytecode} for name, layer in raw["layers"].items()}
        start_options.without(raw, without)
        raw["architectures"] = [settings.architectures[0]]
        if "runtimes" in raw:
            raw["runtimes"] = [settings.runtime]
        (self.project / CONFIG).write_text(yaml.safe_dump(raw), encoding="utf-8")

    def cold(self) -> Took:
        shutil.rmtree(self.project / "dist", ignore_errors=True)
        return super().cold()

    def unchanged(self) -> Took:
        return self._timed(_PIPELINE.name, "--project", str(self.project), "layer")

    def changed(self) -> Took:
        """Make the code zip after a change of one module; that is all that has to be made."""
        self.touch()
        return self._timed(f"{_PIPELINE.name}.bench.steps", "bundle", str(self.project))

    def changed_and_tried(self) -> Took:
        """The same, and try the code on its layers in the runtime, as `python -m deploy layer` does."""
        self.touch()
        return self.unchanged()

    def clean(self) -> Took:
        """Build in the container with the wheels at hand, verification apart."""
        return self._timed(f"{_PIPELINE.name}.bench.steps", "build", str(self.project))

    def bump(self) -> Took:
        """The same, with what was kept of each wheel but the smallest: what a bump of one package leaves to do."""
        return self._timed(f"{_PIPELINE.name}.bench.steps", "bump", str(self.project))

    def touch(self) -> None:
        module = min((self.project / self.settings.code.source).glob("*.py"))
        with module.open("a", encoding="utf-8") as source:
            source.write(f"# {time.time_ns()}\n")

    def _timed(self, module: str, *arguments: str) -> Took:
        environment = {**self.environment, "CHANNELWRIGHT_CACHE": str(self.cache)}
        return timed([[sys.executable, "-m", module, *arguments]], self.folder / "pipeline", environment)
