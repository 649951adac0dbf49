"""Which page of docs/reference is made by what."""

from __future__ import annotations

from pathlib import Path

from tools.reference import commands, configuration, permissions, schemas

PROJECT = Path(__file__).parents[2]
FOLDER = Path("docs/reference")


def pages(project: Path = PROJECT) -> dict[Path, str]:
    """Return the text of every page that is made, by its path in the project."""
    made = {
        "configuration.md": configuration.page(project),
        "commands.md": commands.page(),
        "permissions.md": permissions.page(project),
        **dict(schemas.pages(project)),
    }
    return {FOLDER / name: text for name, text in made.items()}


def stale(project: Path = PROJECT) -> list[Path]:
    """Return the pages that are not as they would be written, and those that nothing makes any more."""
    wanted = pages(project)
    there = {path.relative_to(project): path.read_text(encoding="utf-8") for path in (project / FOLDER).glob("*.md")}
    left = [path for path, text in there.items() if text.startswith("<!-- Made from ") and path not in wanted]
    return sorted([path for path, text in wanted.items() if there.get(path) != text] + left)
