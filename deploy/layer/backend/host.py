"""The layer's world without containers, on a Linux host with the runtime's Python. Its image is marked as "host".

The wheels are those that the runtime image would take, by platform tags; assembling is the same program, run by this
host's Python; trying is what `host_sandbox` can do. What no host can prove is that native code runs on the runtime's
glibc: for that there is the audit, and the container.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ... import pip_settings
from ...container.digest import RuntimeImage
from ...errors import BuildError, EngineError
from ...invocation import advised
from ...runtimes.wheel_tags import pip_options
from ...temporary import folders
from ..causes import raise_heard
from . import pip_install
from .host_files import write_files
from .host_process import run_process
from .host_sandbox import HostSandbox
from .scripts import ASSEMBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ..spec import LayerSpec

_TIMEOUT = 1800  # seconds, for downloads and builds


class HostRuntime:
    """Implements `protocol.Runtime`. `environment` is this machine's: fetch takes pip's settings from it.

    Where this machine confines nothing, its sandboxes raise EngineError, unless they are to be `unconfined`.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        say: Callable[[str], None] = print,
        runtime: str = "python3.11",
        *,
        unconfined: bool = False,
    ) -> None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        here, wanted = f"Python {version} on {sys.platform}", runtime.removeprefix("python")
        if sys.platform != "linux" or version != wanted:
            cure = f"run it with Python {wanted} on Linux, or build in containers, without `--backend host`"
            raise EngineError.of("--backend host", f"this is {here}", cure=cure)
        self.image = RuntimeImage("host", "unconfined" if unconfined else "")
        self._environment = environment
        self._say = say
        self._unconfined = unconfined

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        if importlib.util.find_spec("pip") is None:
            raise EngineError.of("--backend host", "this environment has no pip", cure="python -m ensurepip")
        with folders.temporary("pip") as folder:
            wish = folder / "requirements.txt"
            wish.write_text(requirements, encoding="utf-8")
            settings = pip_settings.read(self._environment, str(folder))
            write_files(folder, settings.files)
            kept = {"PATH": os.defpath, "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull}
            done = run_process(_pip(spec, wish, into), {**kept, **settings.environment}, _TIMEOUT, refused=BuildError)
        if done.code:
            last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")][-1:]
            what = last[0].removeprefix("ERROR: ") if last else "pip failed"
            cure = f"see pip's output above; if no wheel fits the runtime any more, {advised('lock')}"
            raise BuildError.of("downloading wheels", what, cure=cure, log=done.stdout + done.stderr)

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        """Assemble in an interpreter that sees the standard library alone; nothing of it is cached."""
        del use_cache
        with folders.temporary("build") as folder:
            write_files(folder, context)
            command = [sys.executable, "-I", "-S", "-B", "-c", ASSEMBLE, str(folder)]
            done = run_process(command, {"PATH": os.defpath}, _TIMEOUT, refused=BuildError)
            if done.code:
                raise_heard(spec, done.stderr)
                raise BuildError.of(spec.stem, "could not be assembled", log=done.stdout + done.stderr)
            out = folder / "out"
            return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}

    @contextmanager
    def sandbox(self, runtime: str, opt: Mapping[str, bytes], task: Mapping[str, bytes]) -> Iterator[HostSandbox]:
        with HostSandbox.filled(runtime, opt, task, unconfined=self._unconfined) as made:
            self._say(f"trying it {made.described}")
            yield made

    @contextmanager
    def installed(self, runtime: str, wheels: Mapping[str, bytes]) -> Iterator[HostSandbox]:
        with (
            folders.temporary("wheels") as folder,
            HostSandbox.filled(runtime, {}, {}, unconfined=self._unconfined) as made,
        ):
            write_files(folder, wheels)
            target, paths = f"{made.folder}/opt/python", [f"{folder}/{name}" for name in wheels]
            for step in pip_install.steps(sys.executable, target, paths, pip_install.sources(wheels)):
                environment = {"PATH": os.defpath, **step.environment}
                pip_install.check(step, run_process(step.command, environment, step.timeout, refused=BuildError))
            yield made


def _pip(spec: LayerSpec, requirements: Path, into: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "pip", "download", "--require-hashes", "--only-binary", ":all:", "--no-deps"),
        *("--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
        *pip_options(spec.target),
        *("--dest", str(into), "--requirement", str(requirements)),
    ]
