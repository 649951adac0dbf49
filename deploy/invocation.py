"""How the pipeline was started, so that a command which it shows or advises can be typed as it is printed.

nox -s lock                              nox -s lock -- --upgrade
channelwright --project api layer        channelwright --project api lock --upgrade
uvx channelwright layer                  uvx channelwright lock --upgrade
python -m deploy layer                   python -m deploy lock --upgrade
"""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAM = "channelwright"
PROJECT_VARIABLE = "CHANNELWRIGHT_PROJECT"
# The package has another name where it is installed.
MODULE = f"python -m {__package__}"
# nox sets it for all that a session runs: https://nox.thea.codes/en/stable/config.html
SESSION_VARIABLE = "NOX_CURRENT_SESSION"
# What leaves which note in an environment that it made for one program, and what makes that anew.
_RECEIPTS = {"uv-receipt.toml": "uv tool install", "pipx_metadata.json": "pipx install --force"}


@dataclass(frozen=True)
class Invocation:
    """The program as it was started, and the `--project` that it was given; nox sessions take none."""

    program: str
    project: str = ""

    @classmethod
    def of(cls, argv: Sequence[str], environment: Mapping[str, str]) -> Invocation:
        """Read it from a process: `argv` with the program's own path, and its environment.

        >>> Invocation.of(["/usr/bin/channelwright", "--project", "api", "layer"], {})
        Invocation(program='channelwright', project='api')
        """
        path = PurePath(argv[0])
        if path.name == PROGRAM:
            return cls(f"{_runner(path)}{PROGRAM}", _project(argv[1:]))
        # A project's own noxfile may start the program that is installed; its sessions are not known here.
        return cls("nox -s") if environment.get(SESSION_VARIABLE) else cls(MODULE, _project(argv[1:]))

    def command(self, name: str, *arguments: str) -> str:
        """Return the line that runs a command, to be typed in a shell.

        >>> Invocation("nox -s").command("lock", "--upgrade")
        'nox -s lock -- --upgrade'
        """
        given = [each if _is_placeholder(each) else shlex.quote(each) for each in arguments]
        if self.program == "nox -s":
            return " ".join([self.program, name, *(["--", *given] if given else [])])
        project = ["--project", shlex.quote(self.project)] if self.project else []
        return " ".join([self.program, *project, name, *given])


_current = Invocation(MODULE)
# A line of an example as docstrings have it, with what it is for behind it.
_EXAMPLE = re.compile(rf"^(?P<indent> +){PROGRAM} (?P<words>\S+(?: \S+)*)(?P<meaning>  .*)?$", re.MULTILINE)


def begin(invocation: Invocation) -> Invocation:
    """Note how this process was started, before the command is loaded that advises something; return what was noted."""
    global _current  # noqa: PLW0603 - one process is started in one way
    before = _current
    _current = invocation
    return before


def command(name: str, *arguments: str) -> str:
    """Return the line that runs another command of the pipeline in the way in which this one was started."""
    return _current.command(name, *arguments)


def command_in(project: str, name: str, *arguments: str) -> str:
    """Return, in backticks, the line that runs a command for another project; a nox session takes it as a variable."""
    if _current.program == "nox -s":
        return f"`{PROJECT_VARIABLE}={shlex.quote(project)} {command(name, *arguments)}`"
    return f"`{replace(_current, project=project).command(name, *arguments)}`"


def program_name() -> str:
    """Return the program for its usage; what follows a nox session's name is given to the module."""
    return _current.program if _current.program.endswith(PROGRAM) else MODULE


def in_this_way(text: str) -> str:
    """Return a text whose lines of examples start the pipeline in the way in which this process was started."""

    def typed(example: re.Match[str]) -> str:
        return example["indent"] + command(*shlex.split(example["words"]))

    width = max((len(typed(each)) for each in _EXAMPLE.finditer(text)), default=0)

    def line(example: re.Match[str]) -> str:
        meaning = (example["meaning"] or "").lstrip()
        return f"{typed(example):{width}}  {meaning}" if meaning else typed(example)

    return _EXAMPLE.sub(line, text)


def installs(name: str, extra: str, prefix: Path = Path(sys.prefix)) -> str:
    """Return what brings the packages of an extra, which a command needs, to the environment that is at `prefix`.

    Its nox session installs them. What runs without being installed has to be started with them, and who keeps an
    environment of its own has to make it anew: pip would install them somewhere else.
    """
    wanted = f'"{PROGRAM}[{extra}]"'
    if _current.program == "nox -s":
        return f"{advised(name)} installs it"
    for runner, option in (("uvx", "--from"), ("pipx run", "--spec")):
        if _current.program == f"{runner} {PROGRAM}":
            return f"{runner} {option} {wanted} {PROGRAM} {name}"
    tools = (tool for receipt, tool in _RECEIPTS.items() if (prefix / receipt).is_file())
    return f"{next(tools, 'pip install')} {wanted}"


def advised(name: str, *arguments: str) -> str:
    """Return the same in backticks, as it stands in a sentence."""
    return f"`{command(name, *arguments)}`"


def _runner(path: PurePath) -> str:
    """Return what runs the program where it is not installed: uv and pipx make an environment in their caches."""
    folders = path.parts[:-1]
    if "uv" in folders and any(each.startswith("archive-v") for each in folders):
        return "uvx "
    return "pipx run " if "pipx" in folders and "venvs" not in folders else ""


def _project(arguments: Sequence[str]) -> str:
    for at, argument in enumerate(arguments):
        if argument == "--project" and at + 1 < len(arguments):
            return arguments[at + 1]
        if argument.startswith("--project="):
            return argument.removeprefix("--project=")
        if not argument.startswith("-"):
            break
    return ""


def _is_placeholder(argument: str) -> bool:
    """Whether it stands for something that the reader puts in, such as STAGE."""
    return argument.isupper()
