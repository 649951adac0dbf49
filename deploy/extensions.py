"""What a project adds to the pipeline itself: commands, checks in `doctor`, a step of `local`; each `extensions` key.

python -m MODULE … command NAME WORD …   runs a command of its own; its output and exit code are the command's
python -m MODULE … doctor                checks; deploy/checkup/extension.py has what comes in and what goes out
python -m MODULE … deployed              after a deploy to the local system, with what a companion's `play` has
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import project_module
from .configuration import load
from .errors import ConfigError
from .keys.command_names import COMMANDS
from .terminal.characters import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .settings import Extension, Settings


@dataclass(frozen=True)
class Called:
    """A command of an extension, and the words behind its name."""

    settings: Settings
    extension: Extension
    command: str
    words: tuple[str, ...]

    def run(self) -> int:
        """Run it in a process of its own, on this terminal; return its exit code."""
        for remark in self.settings.remarks:
            print(plain(remark), file=sys.stderr)
        sys.stdout.flush()
        line = [*project_module.command(self.extension.module), "command", self.command, *self.words]
        environment = project_module.of_extension(self.settings, self.extension)
        try:
            return subprocess.run(line, cwd=self.settings.project, env=environment, check=False).returncode
        except KeyboardInterrupt:  # which the command has heard too, and answered
            return 130


def declared(project: Path, environment: Mapping[str, str]) -> Settings | None:
    """Read the project's configuration for what it adds; None where it cannot be read, which each command says."""
    try:
        return load(project, environment)
    except ConfigError:
        return None


def called(argv: Sequence[str], settings: Settings) -> Called | None:
    """Find the command of an extension in a command line; None where it calls none.

    Only `--project DIR` stands before a command. What stands behind the command's name is the extension's own.
    """
    name, *words = _from_command(argv) or [""]
    for each in settings.extensions.values():
        if name in each.commands:
            return Called(settings, each, name, tuple(words))
    return None


def is_pipelines(argv: Sequence[str]) -> bool:
    """Whether a command line calls one of the pipeline's own."""
    return (_from_command(argv) or [""])[0] in COMMANDS


def called_at_once(argv: Sequence[str]) -> str:
    """Return the command that stands first, or behind `--project DIR` alone, so that no help or error names others."""
    found = _from_command(argv)
    before = argv[: len(argv) - len(found)]
    at_once = not before or (before[0] == "--project" and len(before) == len(["--project", "DIR"]))
    return found[0] if found and at_once else ""


def _from_command(argv: Sequence[str]) -> list[str]:
    """Return a command's name and what follows."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] == "--project" else 1
    return list(argv[at:])


def summaries(settings: Settings | None) -> dict[str, str]:
    """Return every command with what it does, the pipeline's own first."""
    extensions = settings.extensions.values() if settings else ()
    return COMMANDS | {name: summary for each in extensions for name, summary in each.commands.items()}
