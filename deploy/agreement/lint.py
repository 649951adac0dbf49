"""What cfn-lint says of the template, for the regions that it goes to: properties, values, and what lacks there.

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
from ..invocation import installs
from ..template import source
from ..temporary import folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings import Settings, Stage
    from ..template.source import ProjectTemplate

_SECONDS = 300


def remarks(settings: Settings, stages: Sequence[Stage]) -> tuple[str, ...]:
    """Return what it advises; raise ConfigError with its errors. Nothing is looked at where there is no template.

    A type that a region has not is an error of its: it has each region's own list from AWS. For that the pipeline's
    own template is looked at too, wherever cfn-lint is; a deploy without it hears of such a type from CloudFormation,
    which refuses the change set.
    """
    if (template := source.read(settings)) is None:
        return ()
    shown = str(settings.template or template.where)
    if not (program := _program()):
        unseen = f"{shown}: was not linted, as cfn-lint is not installed; {installs('check', 'lint')}"
        return (unseen,) if settings.template else ()
    regions = sorted({stage.region for stage in stages})
    found = _findings([*program, *(["--regions", *regions] if regions else [])], settings, template)
    if wrong := [_fault(each, shown) for each in found if each["Level"] == "Error"]:
        raise ConfigError(dict.fromkeys(wrong))
    return tuple(dict.fromkeys(f"{_where(each, shown)}: {each['Message']} ({each['Rule']['Id']})" for each in found))


def _findings(command: Sequence[str], settings: Settings, template: ProjectTemplate) -> list[dict[str, Any]]:
    """Run it where the project lies, whose .cfnlintrc counts, on its file or on the text that the pipeline makes."""
    with folders.temporary("lint") as folder:
        path = settings.template
        if path is None:
            path = folder / "template.yaml"
            path.write_text(template.body, encoding="utf-8")
        done = subprocess.run(
            [*command, "--format", "json", "--", str(path)],
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
        raise ConfigError.of(template.where, what, log=done.stdout + done.stderr) from error
    return found


def _program() -> list[str]:
    """Return how it is called: that of this environment, else the one on PATH; empty where there is none."""
    found = shutil.which("cfn-lint", path=str(Path(sys.executable).parent)) or shutil.which("cfn-lint")
    return [found] if found else []


def _fault(found: Mapping[str, Any], shown: str) -> Fault:
    rule = found["Rule"]
    return Fault(
        _where(found, shown), found["Message"], f"{rule['Id']}: {rule['ShortDescription']}", f"see {rule['Source']}"
    )


def _where(found: Mapping[str, Any], shown: str) -> str:
    return f"{shown}:{found['Location']['Start']['LineNumber']}"
