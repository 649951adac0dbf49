"""Which template a project has: the file that its configuration names, or the pipeline's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import atomic
from . import document

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ..settings import Settings

OWN = "the pipeline's own template"


@dataclass(frozen=True)
class ProjectTemplate:
    """A template's text, and where it stands, for messages."""

    where: str
    body: str


def read(settings: Settings, leaving_out: Collection[str] = ()) -> ProjectTemplate | None:
    """Return a project's template; None where it has none, and no functions to make one for.

    `leaving_out` are the keys of functions that exist already, which the pipeline's own does not make. Raises
    ConfigError where the file cannot be read.
    """
    if settings.template is not None:
        return file(settings.project / settings.template)
    functions = [each for key, each in settings.functions.items() if key not in leaving_out]
    return ProjectTemplate(OWN, document.text(settings, functions)) if functions else None


def file(path: Path) -> ProjectTemplate:
    """Read a template from a file; raise ConfigError where it cannot be read."""
    cure = "write it, or correct `template` in config/pipeline.yaml"
    return ProjectTemplate(str(path), atomic.text(path, cure=cure))
