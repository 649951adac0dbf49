"""Looks at a project: what other tools' files say of its functions, and which tools' files are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..locking import plain_text
from . import cdk, chalice, cloudformation, places
from .serverless import service
from .values import FoundProgram, Survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Programs that define functions, and are not run to find out which.
_NOT_READ = {"cdk.json": "AWS CDK", "Pulumi.yaml": "Pulumi", "zappa_settings.json": "Zappa", "sst.config.ts": "SST"}
_LISTS = ("requirements.txt", "requirements.in", "pyproject.toml")
_INSTEAD = "its functions are not read; it can attach the layer by its ARN, or its channel's name"


def survey(project: Path, environment: Mapping[str, str]) -> Survey:
    """Look at everything; what cannot be read is among what is left."""
    return Survey(programs=tuple(_programs(project, environment)))


def _programs(project: Path, environment: Mapping[str, str]) -> Iterator[FoundProgram]:
    yield from cloudformation.read(project)
    yield from service.read(project, environment)
    yield from chalice.read(project)
    for name, tool in _NOT_READ.items():
        if (project / name).is_file():
            left = (f"{name}: {tool}: {_INSTEAD}", *_of_the_tool(project))
            yield FoundProgram(what=f"{name}: {tool}", left=left, requirements=tuple(_in_folders(project)))
    if any(project.glob("*.tf")):
        yield FoundProgram(what="*.tf: Terraform", left=(f"*.tf: Terraform: {_INSTEAD}",))


def _of_the_tool(project: Path) -> Iterator[str]:
    """Yield the lists of what a CDK application needs to be run itself."""
    for name in _LISTS:
        path = project / name
        if path.is_file() and cdk.names(project, plain_text.read(path)):
            yield f"{name}: what the CDK application itself needs"


def _in_folders(project: Path) -> Iterator[Path]:
    """Yield the lists that lie beside the code of functions, as these tools take them."""
    for folder in places.folders(project):
        if folder != project and (folder / "requirements.txt").is_file():
            yield (folder / "requirements.txt").relative_to(project)
