"""A page for each JSON schema of a file that the pipeline writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tools.reference import configuration, markdown
from tools.reference.documents import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SCHEMA = "The schema itself: [{0}](../../{0}). `NAME` is a name, and `[]` each member of a list."


def pages(project: Path, made: Mapping[Path, str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of a page for every schema: those that are made, and others in deploy/."""
    there = {path.relative_to(project): path for path in (project / "deploy").rglob("*.schema.json")}
    texts = {source: path.read_text(encoding="utf-8") for source, path in there.items()} | dict(made)
    for source, text in sorted(texts.items()):
        if source != configuration.SCHEMA and not source.is_relative_to(OUTPUTS):
            yield f"{source.name.removesuffix('.schema.json')}.md", _page(source, text)


def _page(source: Path, text: str) -> str:
    root = json.loads(text)
    lines = [markdown.made(str(source)), f"# {root.get('title', source.name)}", ""]
    if said := root.get("description"):
        lines += [markdown.filled(markdown.escaped(said)), ""]
    lines += [markdown.filled(_SCHEMA.format(source))]
    return "\n".join([*lines, *configuration.sections(root), ""])
