"""A page for each JSON schema of the pipeline but its configuration's: the files that it writes, what --json prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tools.reference import configuration, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA = "The schema itself: [{0}](../../{0}). `NAME` is a name, and `[]` each member of a list."


def pages(project: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of a page for every schema in deploy/ that is not the configuration's."""
    for path in sorted((project / "deploy").rglob("*.schema.json")):
        source = path.relative_to(project)
        if source != configuration.SCHEMA:
            yield f"{path.name.removesuffix('.schema.json')}.md", _page(project, source)


def _page(project: Path, source: Path) -> str:
    root = json.loads((project / source).read_text(encoding="utf-8"))
    lines = [markdown.made(str(source)), f"# {root.get('title', source.name)}", ""]
    if said := root.get("description"):
        lines += [markdown.filled(markdown.escaped(said)), ""]
    lines += [markdown.filled(_SCHEMA.format(source))]
    return "\n".join([*lines, *configuration.sections(root), ""])
