"""How the reference is made: pip installs wheels into an empty folder, and their modules are compiled."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ...errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...completed import Completed

_TIMEOUT = 1800
_PIP = ("-m", "pip", "install", "--no-deps", "--no-index", "--no-compile", "--no-input", "--quiet")
_QUIET = ("--disable-pip-version-check", "--root-user-action", "ignore", "--no-cache-dir", "--no-warn-conflicts")
# A file that does not compile is an outcome like any other, and importing it says so.
_COMPILE = ("-m", "compileall", "-q", "-q", "--invalidation-mode", "unchecked-hash")
# Handing them to processes takes about as much time of processors as compiling them does.
_ON_ALL_CORES = ("-j", "0")
_MANY = 1000


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command of the runtime's Python; `may_fail` is one whose exit code says nothing of the whole."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    timeout: float = _TIMEOUT
    may_fail: bool = False


def sources(wheels: Mapping[str, bytes]) -> int:
    """Count the modules that wheels, content by file name, bring as sources."""
    count = 0
    for content in wheels.values():
        with ZipFile(io.BytesIO(content)) as archive:
            count += sum(name.endswith(".py") for name in archive.namelist())
    return count


def steps(python: str, target: str, wheels: Sequence[str], modules: int) -> Iterator[Step]:
    """Yield the commands that install wheels, by their paths, into a folder that does not exist yet.

    `modules` are as many as they bring, which decides nothing but how fast they are compiled.
    """
    # pip unpacks into a temporary folder first; beside the target it only has to rename what it unpacked.
    environment = {"HOME": "/nonexistent", "TMPDIR": target.rpartition("/")[0], "PIP_CONFIG_FILE": "/dev/null"}
    if wheels:
        yield Step(command=(python, *_PIP, *_QUIET, "--target", target, *wheels), environment=environment)
    options = (*_COMPILE, *(_ON_ALL_CORES if modules > _MANY else ()))
    yield Step(command=(python, *options, target), environment={}, may_fail=True)


def check(step: Step, done: Completed) -> None:
    """Raise BuildError with pip's output where a step failed that must not."""
    if done.code and not step.may_fail:
        last = next((line for line in reversed(done.stderr.splitlines()) if "ERROR" in line), "pip failed")
        what = f"pip does not install it: {last.removeprefix('ERROR: ')}"
        raise BuildError.of("the wheels that were locked", what, log=done.stdout + done.stderr)
