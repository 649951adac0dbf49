"""Which page of docs/reference is made by what."""

from __future__ import annotations

from pathlib import Path

from tools.reference import bot, commands, configuration, permissions, schemas

PROJECT = Path(__file__).parents[2]
FOLDERS = (Path("docs/reference"), Path("docs/bot"))


def pages(project: Path = PROJECT) -> dict[Path, str]:
    """Return the text of every page that is made, by its path in the project."""
    reference, own = FOLDERS
    return {
        reference / "configuration.md": configuration.page(project),
        reference / "commands.md": commands.page(),
        reference / "permissions.md": permissions.page(project),
        **{reference / name: text for name, text in schemas.pages(project)},
        own / "commands.md": bot.page(project),
    }


def stale(project: Path = PROJECT) -> list[Path]:
    """Return the pages that are not as they would be written, and those that nothing makes any more."""
    wanted = pages(project)
    there = {
        path.relative_to(project): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in (project / folder).glob("*.md")
    }
    left = [path for path, text in there.items() if text.startswith("<!-- Made from ") and path not in wanted]
    return sorted([path for path, text in wanted.items() if there.get(path) != text] + left)
