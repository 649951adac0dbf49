"""What cfn-lint says of one's own template, for the regions that it goes to: properties, values, and what lacks there.

It is no dependency: it takes 37 MB, and who writes CloudFormation has it mostly. Where it is installed it is run as
the project runs it, with its .cfnlintrc; where it is not, that is said.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings import Settings, Stage

_SECONDS = 300
_INSTALL = 'pip install "channelwright[lint]" has it looked at'


def remarks(settings: Settings, stages: Sequence[Stage]) -> tuple[str, ...]:
    """Return what it advises; raise ConfigError with its errors. Nothing is looked at without a template of one's own.

    A type that a region has not is an error of its: it has each region's own list from AWS.
    """
    if settings.template is None:
        return ()
    if not (program := _program()):
        return (f"{settings.template}: was not linted, as cfn-lint is not installed; {_INSTALL}",)
    regions = sorted({stage.region for stage in stages})
    command = [*program, "--format", "json", *(["--regions", *regions] if regions else []), "--"]
    done = subprocess.run(
        [*command, str(settings.template)],
        cwd=settings.project,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    except ValueError as error:
        what = f"cfn-lint ended with {done.returncode} and no findings"
        raise ConfigError.of(str(settings.template), what, log=done.stdout + done.stderr) from error
    if wrong := [_fault(each) for each in found if each["Level"] == "Error"]:
        raise ConfigError(dict.fromkeys(wrong))
    return tuple(dict.fromkeys(f"{_where(each)}: {each['Message']} ({each['Rule']['Id']})" for each in found))


def _program() -> list[str]:
    """Return how it is called: that of this environment, else the one on PATH; empty where there is none."""
    found = shutil.which("cfn-lint", path=str(Path(sys.executable).parent)) or shutil.which("cfn-lint")
    return [found] if found else []


def _fault(found: Mapping[str, Any]) -> Fault:
    rule = found["Rule"]
    return Fault(_where(found), found["Message"], f"{rule['Id']}: {rule['ShortDescription']}", f"see {rule['Source']}")


def _where(found: Mapping[str, Any]) -> str:
    return f"{found['Filename']}:{found['Location']['Start']['LineNumber']}"
