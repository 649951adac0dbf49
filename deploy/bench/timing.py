"""What processes take: on the wall's clock, and of processors."""

from __future__ import annotations

import resource
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from ..errors import BuildError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INSIDE = "processor seconds inside: "
"""How a command begins the line that says what it took in a container."""

_TIMEOUT = 1800  # seconds


class Took(NamedTuple):
    """Seconds of whole processes: on the wall's clock, and of processors. What containers take is not in the latter.

    `inside` are those that assembling took of processors in a container, where a step says so.
    """

    wall: float
    cpu: float
    inside: float = 0.0


def timed(commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str]) -> Took:
    """Run commands in turn; return what they took together, or raise BuildError with their output."""
    started, before = time.perf_counter(), _processor_time()
    inside = 0.0
    for command in commands:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
        if done.returncode:
            what = f"{' '.join(command[:4])} … ended with exit code {done.returncode}"
            raise BuildError([Fault("bench", what, cure="see its output above")], log=done.stdout + done.stderr)
        inside += sum(float(line.removeprefix(INSIDE)) for line in done.stdout.splitlines() if line.startswith(INSIDE))
    return Took(time.perf_counter() - started, _processor_time() - before, inside)


def _processor_time() -> float:
    """Return the seconds of processor time that this process's ended children have taken, all of theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
