"""Modules of the project that the pipeline runs without knowing them: its checks, and what it tells Discord.

Each runs in a process of its own, as `python -m MODULE ARGUMENTS` from the project's folder, with the source folder
on the path. So the pipeline imports nothing of a project, and nothing of a project can reach into the pipeline.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deploy.settings import Settings

TIMEOUT_SECONDS = 120


def output(settings: Settings, where: str, line: str) -> str:
    """Return what a module prints; raise ConfigError, with all that it said, where it fails. `where` is its key."""
    done, fault = _run(settings, where, line)
    if fault:
        raise ConfigError([fault], log=done.stderr + done.stdout if done else "")
    return done.stdout if done else ""


def check(settings: Settings, say: Callable[[str], None]) -> None:
    """Run every check of the project and say what they warn of; raise ConfigError with every fault."""
    faults: list[Fault] = []
    log = ""
    for line in settings.code.checks:
        done, fault = _run(settings, "code.checks", line)
        if fault:
            faults.append(fault)
            log += done.stderr if done else ""
        for warning in _lines(done.stdout if done else ""):
            say(warning)
    if faults:
        raise ConfigError(faults, log=log)


def _run(settings: Settings, where: str, line: str) -> tuple[subprocess.CompletedProcess[str] | None, Fault | None]:
    """Run a module. There is no process in the result where it did not end, and no fault where all is well."""
    try:
        done = subprocess.run(
            command(line),
            cwd=settings.project,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
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
    """Return this process's environment with the project on the path of modules."""
    paths = [str(settings.project), str(settings.project / settings.code.source), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONDONTWRITEBYTECODE": "1"}


def _lines(text: str) -> Iterable[str]:
    return (line for line in text.splitlines() if line.strip())
