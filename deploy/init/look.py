"""Looks at a project: what other tools' files say of its functions, and which tools' files are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import chalice, cloudformation, serverless
from .values import FoundProgram, Survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Programs that define functions, and are not run to find out which.
_NOT_READ = {"cdk.json": "AWS CDK", "Pulumi.yaml": "Pulumi", "zappa_settings.json": "Zappa", "sst.config.ts": "SST"}
_INSTEAD = "its functions are not read; it can attach the layer by its ARN, or its channel's name"


def survey(project: Path, environment: Mapping[str, str]) -> Survey:
    """Look at everything; what cannot be read is among what is left."""
    return Survey(programs=tuple(_programs(project, environment)))


def _programs(project: Path, environment: Mapping[str, str]) -> Iterator[FoundProgram]:
    yield from cloudformation.read(project)
    yield from serverless.read(project, environment)
    yield from chalice.read(project)
    for name, tool in _NOT_READ.items():
        if (project / name).is_file():
            yield FoundProgram(what=f"{name}: {tool}", left=(f"{name}: {tool}: {_INSTEAD}",))
    if any(project.glob("*.tf")):
        yield FoundProgram(what="*.tf: Terraform", left=(f"*.tf: Terraform: {_INSTEAD}",))
