"""The page of the bot's commands: from the table that Discord is told, and the permissions of the invitation."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tools.reference import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SOURCE = "what tools/discord_application.py prints"
_INTRODUCTION = """\
# The bot's commands

As Discord is told, with what each option means. `[]` is around what may be left out. Who may use a command is Discord's
default; a server's administrators may say otherwise for roles and members, under *Integrations*."""
_SUBCOMMAND = 1


def page(project: Path) -> str:
    told, bits = _told(project), _bits(project)
    parts = [f"{markdown.made(_SOURCE)}\n{_INTRODUCTION}"]
    for command in told["commands"]:
        parts += _command(command, bits)
    invited = markdown.filled(f"{_named(told['permissions'], bits)}.")
    return "\n\n".join([*parts, "## What it is invited with", invited]) + "\n"


def _told(project: Path) -> dict[str, Any]:
    """Ask the application, as the pipeline does before it tells Discord."""
    path = os.pathsep.join([str(project / "src"), str(project)])
    done = subprocess.run(
        [sys.executable, "-m", "tools.discord_application"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=True,
        timeout=60,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _bits(project: Path) -> Mapping[str, int]:
    """Return Discord's permissions, by the names that the bot gives them; sums of several are none."""
    found = runpy.run_path(str(project / "src/channelwright/permission_bits.py"))
    return {name: value for name, value in found.items() if isinstance(value, int) and value.bit_count() == 1}


def _command(command: Mapping[str, Any], bits: Mapping[str, int]) -> Iterator[str]:
    below = [each for each in command["options"] if each["type"] == _SUBCOMMAND]
    yield f"## /{command['name']}"
    who = command.get("default_member_permissions")
    allowed = f"For members with {_named(who, bits)}." if who else "For everybody."
    yield markdown.filled(f"{markdown.escaped(command['description'])}. {allowed}")
    if not below:
        yield from _called(f"/{command['name']}", command["options"])
    for each in below:
        yield f"### /{command['name']} {each['name']}"
        yield markdown.filled(f"{markdown.escaped(each['description'])}.")
        yield from _called(f"/{command['name']} {each['name']}", each["options"])


def _called(name: str, options: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how a command is typed, and what its options are."""
    words = [each["name"] if each.get("required") else f"[{each['name']}]" for each in options]
    yield f"`{' '.join([name, *words])}`"
    if options:
        yield "\n".join(markdown.filled(f"`{each['name']}`: {_option(each)}", "- ") for each in options)


def _option(option: Mapping[str, Any]) -> str:
    choices = ", ".join(f"`{each['name']}`" for each in option.get("choices", ()))
    said = markdown.escaped(option["description"])
    if option.get("autocomplete"):
        return f"{said}; offered as one types"
    return f"{said}; one of {choices}" if choices else said


def _named(permissions: str, bits: Mapping[str, int]) -> str:
    names = [name.replace("_", " ").title() for name, bit in bits.items() if int(permissions) & bit]
    return ", ".join(sorted(names)) or "none"
