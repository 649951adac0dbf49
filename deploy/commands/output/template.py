from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TemplateOutput:
    """The template as YAML, and the types of its resources by their names in it."""

    text: str
    resources: Mapping[str, str]


DOCUMENT = TemplateOutput
