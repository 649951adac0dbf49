"""The lock that a project has, or what is to be locked: what its layer will be made of."""

from __future__ import annotations

import configparser
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ..invocation import command
from ..locking import locked, lockfile, plain_text, pyproject
from ..locking.others import static_name
from ..locking.uv import sources as uv_sources
from ..runtimes.table import BASES
from . import cdk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REQUIREMENTS = Path("requirements.txt")
_WANTED = Path("requirements.in")
_PYPROJECT = Path("pyproject.toml")
_SETUP_CFG = "setup.cfg"
_POETRY_LOCK = "poetry.lock"
# Groups whose names say that they are for who works on the code.
_DEVELOPERS = frozenset({"ci", "dev", "doc", "docs", "lint", "test", "testing", "tests", "types", "typing"})
_KEYS = {"extras": "`lock: {{extras: [{}]}}`", "groups": "`lock: {{groups: [{}]}}`"}
_WITH = {"extras": "`poetry export --extras {}`", "groups": "`poetry export --with {}`"}
# As poetry.lock, Pipfile.lock and pdm.lock, and the files that they are made of, name what is no index.
_SOURCES = re.compile(r"\b(?:path|git)\"?\s*[=:]|\btype = \"(?:directory|file|git|url)\"|\"file\":")
_PYTHON = re.compile(r"3\.\d+")


@dataclass(frozen=True, kw_only=True)
class FoundLock:
    """What there is: `path` of the lock, which has to be made where `to_lock`; `what` says it in words.

    `commands` of other tools come before what is done here. `python` has the versions that it is for, as far as it says
    so. `files` are written beside the configuration; `left` is what of it is not taken. `without` is what is locked and
    is in no layer: the project itself, which the code has.
    """

    what: str
    path: Path = REQUIREMENTS
    to_lock: bool = False
    python: SpecifierSet = field(default_factory=SpecifierSet)
    recorded: tuple[str, ...] = ()
    files: Mapping[Path, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def look(project: Path, lists: Sequence[Path]) -> FoundLock | None:
    """Return the lock to build from, the most exact first; `lists` are those of functions. None without any.

    Raises LockError where a file that would be it cannot be read.
    """
    candidates = list(_candidates(project, lists))
    found = next((each for each in candidates if not cdk.is_in(project, each)), next(iter(candidates), None))
    if found:
        found = replace(found, left=(*cdk.told(project, found), *_other_lists(project, found, lists)))
    if not found or not (found.path.name == locked.UV_LOCK or found.what.startswith((_PYPROJECT.name, _POETRY_LOCK))):
        return found
    return replace(found, left=(*found.left, *_beside(project, _WITH if found.commands else _KEYS)))


def _other_lists(project: Path, found: FoundLock, lists: Sequence[Path]) -> Iterator[str]:
    """Yield the lists of functions that the layer is not made of: what lies above them all is taken for it."""
    taken = found.what.partition(":")[0]
    named = "".join(found.files.values()) or _text(project, Path(taken)) or ""
    for each in lists:
        if each.as_posix() != taken and each.as_posix() not in named and (project / each).is_file():
            yield f"{each}: is not in the layer, which is made of {taken}"


def _beside(project: Path, said: Mapping[str, str]) -> Iterator[str]:
    """Yield which extras and groups of the project are not in its layer: an application may need one of them.

    `said` is how one of each is taken.
    """
    document = pyproject.read(project / _PYPROJECT)
    poetry = document.get("tool", {}).get("poetry", {})
    extras = [*document.get("project", {}).get("optional-dependencies", {}), *poetry.get("extras", {})]
    groups = [
        each for each in (*document.get("dependency-groups", {}), *poetry.get("group", {})) if each not in _DEVELOPERS
    ]
    for kind, names in (("extras", extras), ("groups", groups)):
        if names:
            how = said[kind].format(names[0])
            yield f"{_PYPROJECT}: what its {kind} need ({', '.join(dict.fromkeys(names))}): {how} takes that of one"


def _candidates(project: Path, lists: Sequence[Path]) -> Iterator[FoundLock]:
    python = _required(project)
    own = _text(project, REQUIREMENTS)
    if own is not None and lockfile.is_own(own):
        yield FoundLock(what=f"{REQUIREMENTS}: a lock", recorded=tuple(lockfile.recorded(own)), python=python)
    for name in (locked.UV_LOCK, *sorted(path.name for path in project.glob("pylock*.toml"))):
        if (project / name).is_file():
            own_python = _narrowed(_required_by(project / name), project)
            yield FoundLock(what=f"{name}: a lock", path=Path(name), python=own_python or python)
    yield from _of_workspace(project, python)
    if own is not None and lockfile.has_hashes(own):
        yield FoundLock(what=f"{REQUIREMENTS}: a lock with hashes", python=python)
    yield from _foreign(project)
    if own is not None and cdk.names(project, own):
        own = None
    if (project / _WANTED).is_file() and not cdk.names(project, plain_text.read(project / _WANTED)):
        yield FoundLock(what=f"{_WANTED}: to be locked", to_lock=True, python=python)
    if own is not None:
        yield FoundLock(what=f"{REQUIREMENTS}: without hashes, to be locked", to_lock=True, python=python)
    wanted = pyproject.read(project / _PYPROJECT).get("project", {}).get("dependencies")
    if wanted and not cdk.names(project, "\n".join(wanted)):
        yield FoundLock(what=f"{_PYPROJECT}: dependencies, to be locked", to_lock=True, python=python)
    if given := [each for each in lists if (project / each).is_file()]:
        yield _of_functions(given, python)
    yield from _of_setuptools(project, python)


def _text(project: Path, name: Path) -> str | None:
    return plain_text.read(project / name) if (project / name).is_file() else None


def _of_setuptools(project: Path, python: SpecifierSet) -> Iterator[FoundLock]:
    """Yield a project that says in setup.py or setup.cfg what it requires: known once its wheel is built.

    The wheel is in no layer: its modules are the code.
    """
    if not any((project / each).is_file() for each in ("setup.py", _PYPROJECT)):
        yield from _of_setup_cfg(project, python)  # which nothing builds without one of these
        return
    for name in ("setup.py", _SETUP_CFG):
        text = _text(project, Path(name))
        if text and "install_requires" in text and (own := static_name.read(project)):
            what = f"{name}: what its wheel requires, to be locked"
            yield FoundLock(what=what, to_lock=True, python=python, files={_WANTED: "-e .\n"}, without=(own,))


def _of_setup_cfg(project: Path, python: SpecifierSet) -> Iterator[FoundLock]:
    """Yield what a setup.cfg that is alone requires: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html."""
    document = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        document.read_string(_text(project, Path(_SETUP_CFG)) or "")
    except configparser.Error:
        return
    wanted = document.get("options", "install_requires", fallback="").strip()
    if wanted and not wanted.startswith("file:"):
        lines = "".join(f"{line.strip()}\n" for line in wanted.splitlines() if line.strip())
        yield FoundLock(
            what=f"{_SETUP_CFG}: install_requires, to be locked", to_lock=True, python=python, files={_WANTED: lines}
        )


def _of_workspace(project: Path, python: SpecifierSet) -> Iterator[FoundLock]:
    """Yield the uv.lock of the workspace that a project is a member of: https://docs.astral.sh/uv/concepts/projects/workspaces/."""
    for root in project.resolve().parents if (project / _PYPROJECT).is_file() else ():
        path = root / locked.UV_LOCK
        if path.is_file() and uv_sources.members(root) & {project.resolve()}:
            shown = Path(os.path.relpath(path, project.resolve()))
            yield FoundLock(what=f"{shown}: the lock of a workspace", path=shown, python=_required_by(path) or python)


def _of_functions(given: Sequence[Path], python: SpecifierSet) -> FoundLock:
    """Lock the lists of all functions together: they share the layer."""
    lines = "".join(f"-r {path.as_posix()}\n" for path in given)
    shown = ", ".join(map(str, given))
    how = "to be locked together, for one layer" if len(given) > 1 else "to be locked"
    return FoundLock(what=f"{shown}: {how}", to_lock=True, python=python, files={_WANTED: lines})


def _foreign(project: Path) -> Iterator[FoundLock]:
    """Yield what another tool keeps in a form of its own, with the commands that lock and export it."""
    for name, export in locked.EXPORTS.items():
        path = Path(export.path)
        if (project / name).is_file():
            commands = (export.command, *_building(project, name))
            yield FoundLock(what=f"{name}: to be exported", path=path, to_lock=True, commands=commands)
    for name, wants in ((_PYPROJECT.name, _wants_poetry(project)), ("Pipfile", (project / "Pipfile").is_file())):
        export = locked.EXPORTS[_POETRY_LOCK if name == _PYPROJECT.name else "Pipfile.lock"]
        if wants:
            what = f"{name}: {export.tool}'s dependencies, to be locked and exported"
            commands = (export.locks, export.command, *_building(project, name))
            yield FoundLock(what=what, to_lock=True, commands=commands)


def _building(project: Path, name: str) -> Iterator[str]:
    """Yield the command that locks what building takes, where a file of another tool names folders or repositories."""
    if _SOURCES.search(plain_text.read(project / name)):
        yield command("lock")


def _wants_poetry(project: Path) -> bool:
    """Whether pyproject.toml says in Poetry's own form what is wanted, and not as others read it."""
    found = pyproject.read(project / _PYPROJECT)
    poetry = found.get("tool", {}).get("poetry", {}).get("dependencies", {})
    return bool(poetry.keys() - {"python"}) and "dependencies" not in found.get("project", {})


def _required(project: Path) -> SpecifierSet:
    """Return which Python the project wants: https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python."""
    given = pyproject.read(project / _PYPROJECT).get("project", {})
    return _narrowed(_specifiers(given.get("requires-python")), project)


def _narrowed(required: SpecifierSet, project: Path) -> SpecifierSet:
    """Keep to the Python that the project's developers have, where it is one of the required and Lambda has it."""
    both = required & _pinned(project)
    return both if any(both.contains(f"{each.removeprefix('python')}.99") for each in BASES) else required


def _required_by(path: Path) -> SpecifierSet:
    return _specifiers(pyproject.toml(path).get("requires-python") if path.is_file() else None)


def _pinned(project: Path) -> SpecifierSet:
    """Read .python-version, as pyenv and uv do."""
    path = project / ".python-version"
    found = _PYTHON.search(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
    return SpecifierSet(f"=={found[0]}.*") if found else SpecifierSet()


def _specifiers(given: object) -> SpecifierSet:
    try:
        return SpecifierSet(given) if isinstance(given, str) else SpecifierSet()
    except InvalidSpecifier:
        return SpecifierSet()
