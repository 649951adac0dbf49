"""Modules of the project that the pipeline runs without knowing them: its checks, and its extensions.

Each runs in a process of its own, as `python -m MODULE ARGUMENTS` from the project's folder, with the source folder
on the path. So the pipeline imports nothing of a project, and nothing of a project can reach into the pipeline.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .settings import Extension, Settings

TIMEOUT_SECONDS = 120

_PIPELINE = Path(__file__).resolve().parent.parent


def output(settings: Settings, where: str, line: str, within: Mapping[str, str] | None = None) -> str:
    """Return what a module prints; raise ConfigError, with all that it said, where it fails. `where` is its key."""
    done, fault = run(settings, where, line, within=within)
    if fault:
        raise ConfigError([fault], log=done.stderr + done.stdout if done else "")
    return done.stdout if done else ""


def check(settings: Settings, say: Callable[[str], None]) -> None:
    """Run every check of the project and say what they warn of; raise ConfigError with every fault."""
    faults: list[Fault] = []
    log = ""
    for line in settings.code.checks:
        done, fault = run(settings, "code.checks", line)
        if fault:
            faults.append(fault)
            log += done.stderr if done else ""
        for warning in _lines(done.stdout if done else ""):
            say(warning)
    if faults:
        raise ConfigError(faults, log=log)


def run(
    settings: Settings, where: str, line: str, given: str = "", within: Mapping[str, str] | None = None
) -> tuple[subprocess.CompletedProcess[str] | None, Fault | None]:
    """Run a module with `given` on stdin, `within` an environment or the project's.

    There is no process in the result where it did not end, and no fault where all is well.
    """
    try:
        done = subprocess.run(
            command(line),
            cwd=settings.project,
            env=environment(settings) if within is None else dict(within),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except (subprocess.TimeoutExpired, ValueError) as error:
        return None, Fault(f"{where}: {line}", str(error))
    if done.returncode:
        return done, Fault(f"{where}: {line}", f"ended with exit code {done.returncode}")
    return done, None


def command(line: str) -> list[str]:
    return [sys.executable, "-m", *shlex.split(line)]


def environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with the project on the path of modules.

    The pipeline is not on it, where `of_extension` has put it: its own packages may have the names of the project's.
    """
    given = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each != str(_PIPELINE)]
    paths = [settings.project, settings.project / settings.code.source, *given]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(each) for each in paths if each),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def of_extension(settings: Settings, extension: Extension) -> dict[str, str]:
    """Return the environment of an extension's module: where a former key stands for it, it lies in the pipeline."""
    found = environment(settings)
    if extension.from_pipeline:
        found["PYTHONPATH"] += f"{os.pathsep}{_PIPELINE}"
    return found


def _lines(text: str) -> Iterable[str]:
    return (line for line in text.splitlines() if line.strip())
