"""Which page of docs/reference, and which schema in deploy/, is made by what."""

from __future__ import annotations

from pathlib import Path

from tools.reference import bot, commands, configuration, documents, outputs, permissions, schemas

PROJECT = Path(__file__).parents[2]
FOLDERS = (Path("docs/reference"), Path("docs/bot"))


def pages(project: Path = PROJECT) -> dict[Path, str]:
    """Return the text of every schema and page that is made, by its path in the project."""
    reference, own = FOLDERS
    made = documents.schemas()
    return {
        **made,
        reference / "configuration.md": configuration.page(project),
        reference / "commands.md": commands.page(),
        reference / "permissions.md": permissions.page(project),
        reference / "json.md": outputs.page(made),
        **{reference / name: text for name, text in schemas.pages(project, made)},
        own / "commands.md": bot.page(project),
    }


def stale(project: Path = PROJECT) -> list[Path]:
    """Return the pages that are not as they would be written, and those that nothing makes any more."""
    wanted = pages(project)
    there = {
        path.relative_to(project): path.read_text(encoding="utf-8")
        for path in [
            *(path for folder in FOLDERS for path in (project / folder).glob("*.md")),
            *(project / documents.OUTPUTS).glob("*.json"),
            *(project / path for path in documents.MANIFESTS if (project / path).exists()),
        ]
    }
    left = [path for path, text in there.items() if _is_made(path, text) and path not in wanted]
    return sorted([path for path, text in wanted.items() if there.get(path) != text] + left)


def _is_made(path: Path, text: str) -> bool:
    return text.startswith("<!-- Made from ") or path.parent == documents.OUTPUTS
