"""Which files of a folder are the code: nothing that tools leave behind, git ignores or the pipeline writes."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import git
from ..keys.place import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..settings import Settings

# What editors, interpreters and desktops leave behind.
DROPPINGS = ("__pycache__", "*.pyc", "*.pyo", "*~", "*.swp", "*.swo", "*.bak", "*.orig", "*.rej", "#*#", "Thumbs.db")
LEFT_OUT = (
    *(*DROPPINGS, ".DS_Store", ".git", ".gitignore", ".gitattributes", ".github", ".hg", ".svn", ".idea", ".vscode"),
    *(".venv", "venv", "node_modules", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
    *(".coverage", "*.egg-info"),
)
"""Names that are left out wherever they are; besides them the folder `tests` at the top, and `code.exclude`."""
_SPECIAL = frozenset("*?[")


def is_dropping(name: str) -> bool:
    """Tell what editors, interpreters, desktops and git leave beside any files."""
    return _fits(name, (*DROPPINGS, ".DS_Store", ".git", ".gitignore"))


def _fits(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a name is as one of these patterns has it; most are a name or an ending, which needs no regex."""
    for each in patterns:
        if each.startswith("*") and not _SPECIAL & set(each[1:]):
            fits = name.endswith(each[1:])
        else:
            fits = fnmatch.fnmatchcase(name, each) if _SPECIAL & set(each) else name == each
        if fits:
            return True
    return False


@dataclass(frozen=True)
class Selection:
    """The files to ship, each with its path in the zip, and the paths in the project of what is left out."""

    files: tuple[tuple[Path, str], ...]
    left_out: tuple[str, ...]


def select(settings: Settings, folder: Path, written: Iterable[Path]) -> Selection:
    """Select the files below a folder of the project; what the pipeline reads, and writes below `written`, is not code.

    A secret that nothing leaves out is selected, to be refused.
    """
    return walked(settings.project, folder, unwanted(settings, written), settings.code.exclude)


def unwanted(settings: Settings, written: Iterable[Path]) -> frozenset[Path]:
    """Return the paths that are left out whatever they are called: what the pipeline reads, and what it writes."""
    own = [Path("dist"), CONFIG, Path("Dockerfile.layer")]
    for part in settings.parts:
        own += [part.requirements, part.requirements.with_suffix(".in"), part.build_requirements]
    own += [each for each in (settings.dockerfile, settings.template) if each]
    return frozenset([*written, *(settings.project / each for each in own)])


def walked(project: Path, folder: Path, paths: frozenset[Path], patterns: Iterable[str]) -> Selection:
    """Select the files below a folder, but for these paths, what git ignores and what the patterns exclude."""
    ignored = (project / each for each in git.ignored(project, folder))
    walk = _Walk(project, folder, frozenset([*paths, *ignored, folder / "tests"]), tuple(patterns))
    files = tuple(walk.below(folder))
    return Selection(files, tuple(walk.left_out))


class _Walk:
    def __init__(self, project: Path, top: Path, paths: frozenset[Path], patterns: tuple[str, ...]) -> None:
        self._project, self._top, self._paths, self._patterns = project, top, paths, patterns
        self.left_out: list[str] = []

    def below(self, top: Path) -> Iterator[tuple[Path, str]]:
        for place, folders, names in os.walk(top):
            kept = sorted(self._kept(Path(place), folders))
            folders[:] = [name for name in kept if not Path(place, name).is_symlink()]
            links = [name for name in kept if name not in folders]
            for name in sorted([*self._kept(Path(place), names), *links]):
                yield Path(place, name), Path(place, name).relative_to(top).as_posix()

    def _kept(self, place: Path, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if self._is_left_out(place / name):
                self.left_out.append((place / name).relative_to(self._project).as_posix())
            else:
                yield name

    def _is_left_out(self, path: Path) -> bool:
        if path in self._paths or _fits(path.name, LEFT_OUT):
            return True
        inner = path.relative_to(self._top).as_posix()
        return any(fnmatch.fnmatchcase(inner, each.rstrip("/")) for each in self._patterns)
