"""The project's own side of a local system: a module that the pipeline runs without knowing it.

    python -m MODULE serve --stage STAGE [--port N]    starts what the functions speak to, prints a line of JSON, serves
    python -m MODULE play                              uses the system as people do; exit code 0 if all was as expected
    python -m MODULE command NAME …                    plays a single command

What `serve` prints has these keys, each an object of text by name, each optional:

    environment   variables for the deploy, as a person would export them
    functions     variables that every function gets besides its own
    parameters    SSM parameters that the functions read, SecureStrings
    addresses     what a person may want to open, by what it is

`play` and `command`, and an extension's `deployed`, find all of it in the variable CHANNELWRIGHT_LOCAL, with
the stack's `outputs` besides.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from .. import project_module
from ..errors import ConfigError, Fault
from .children import child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..settings import Extension, Settings

VARIABLE = "CHANNELWRIGHT_LOCAL"


@dataclass(frozen=True)
class Introduction:
    """What a companion says of itself."""

    environment: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serving(settings: Settings, stage: str, port: int | None, home: Path) -> Iterator[Introduction]:
    """Start the companion and wait for its introduction; end it on leaving. Without one there is nothing to start.

    Raises ConfigError with what it wrote where it introduces itself in another way, or ends.
    """
    if settings.local is None:
        yield Introduction()
        return
    line = f"{settings.local.companion} serve --stage {stage}{f' --port {port}' if port else ''}"
    log = home / "companion.log"
    environment = project_module.environment(settings)
    with (
        log.open("wb") as errors,
        child(
            project_module.command(line), environment, cwd=settings.project, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        said = process.stdout.readline() if process.stdout else b""
        yield _introduction(f"local.companion: {line}", said, log)


def play(
    settings: Settings,
    words: Sequence[str],
    introduction: Introduction,
    outputs: Mapping[str, str],
    output: TextIO | None = None,
) -> int:
    """Let the companion play, its output being ours, or going to `output`; return its exit code."""
    if settings.local is None:
        raise ConfigError([Fault("local.companion", "is missing", cure="name the module that plays")])
    environment = project_module.environment(settings) | _known(introduction, outputs)
    sys.stdout.flush()
    command = [*project_module.command(settings.local.companion), *words]
    return subprocess.run(command, cwd=settings.project, env=environment, stdout=output, check=False).returncode


def deployed(settings: Settings, extension: Extension, introduction: Introduction, outputs: Mapping[str, str]) -> str:
    """Let an extension do what comes after a deploy; return what it says. Raises ConfigError where it fails."""
    within = project_module.of_extension(settings, extension) | _known(introduction, outputs)
    return project_module.output(settings, extension.where, f"{extension.module} deployed", within)


def _known(introduction: Introduction, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which a module finds the system that runs."""
    return {**introduction.environment, VARIABLE: json.dumps({**asdict(introduction), "outputs": dict(outputs)})}


def _introduction(where: str, said: bytes, log: Path) -> Introduction:
    try:
        found: Any = json.loads(said)
        return Introduction(**{key: dict(found[key]) for key in found})
    except (ValueError, TypeError) as error:
        written = log.read_text(errors="replace")
        what = "printed something else than its introduction" if said else "ended before it said anything"
        raise ConfigError([Fault(where, what, cause=str(error) if said else "")], log=written) from error
