"""The page about what `--json` prints: every key of every command's output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.reference import markdown, schema_text
from tools.reference.documents import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_INTRODUCTION = """\
# What `--json` prints

The whole of stdout is one JSON document; progress goes to stderr. Every key is always there. Keys may be added at any
time, so ignore what you do not know; [versions](versions.md) has what is promised. `NAME` is a name, and `[]` each
member of a list."""


def page(schemas: Mapping[Path, str]) -> str:
    """Write the page, from the texts of the schemas by their paths."""
    found = {path: json.loads(text) for path, text in sorted(schemas.items()) if path.is_relative_to(OUTPUTS)}
    sections = (line for path, root in found.items() for line in _section(path, root))
    return "\n".join([markdown.made(f"{OUTPUTS}/*.schema.json"), _INTRODUCTION, *sections, ""])


def _section(path: Path, root: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## {path.name.removesuffix('.schema.json')}\n"
    for paragraph in markdown.prose(root.get("description", "")):
        yield f"{paragraph}\n"
    yield f"The schema: [{path}](../../{path}).\n"
    for key in schema_text.keys(root):
        said = _first_paragraph(key.schema.get("description", ""))
        kind = schema_text.kind(root, key.schema)
        yield markdown.filled(f"`{key.path}`: {kind}{f'. {said}' if said else ''}", "- ")


def _first_paragraph(text: str) -> str:
    return markdown.escaped(text.partition("\n\n")[0])
