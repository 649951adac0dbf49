"""Where what is wanted stands: requirements.in, a requirements.txt that is no lock yet, or pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..atomic import write
from ..errors import ConfigError, Fault, LockError, suggest
from ..invocation import advised
from . import locked, lockfile, plain_text, pyproject, wanted
from .lockfile import normalised
from .uv import sources as uv_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ..settings import Settings
    from .wanted import Wanted

PYPROJECT = pyproject.NAME


def is_foreign(settings: Settings) -> bool:
    """Whether the lock is one that another tool made, and that stays as it is."""
    path = settings.project / settings.requirements
    is_export = path.is_file() and path.suffix == ".txt" and found(settings) is None
    return locked.is_pylock(path) or (is_export and lockfile.has_hashes(plain_text.read(path)))


def refuse_others(settings: Settings) -> None:
    """Raise LockError where `requirements` names a lock that another tool makes."""
    path = settings.project / settings.requirements
    if locked.is_pylock(path):
        made_by = (
            pyproject.toml(path).get("created-by", "another tool") if path.is_file() else "the tool of your choice"
        )
        cure = f"nothing is needed to build from it; {made_by} makes it anew"
        raise LockError([Fault(str(path), "is not made by this command", cure=cure)])
    locked.refuse_foreign(path)


def source(settings: Settings, say: Callable[[str], None]) -> Path:
    """Return the file that says what is wanted; a requirements.txt without hashes is kept as requirements.in first.

    Raises LockError where there is none.
    """
    lock = settings.project / settings.requirements
    path = lock.with_suffix(".in")
    if path.is_file():
        return path
    if lock.is_file() and not lockfile.has_hashes(text := plain_text.read(lock)):
        write(path, text.encode())
        say(f"{settings.requirements} has no hashes: it says what is wanted, and is kept as {path.name}")
        return path
    if "dependencies" in _project(project := settings.project / PYPROJECT):
        return project
    if lock.is_file():
        cause = "it has hashes, and what it was made from is not here"
        cure = f"nothing is needed to build from it; to lock with {advised('lock')}, write {path.name}"
        raise LockError([Fault(str(lock), "is a lock already", cause, cure)])
    raise LockError.of(str(path), "no such file", cure=_instead(project))


def _instead(project: Path) -> str:
    """Say how what is wanted is said, by what pyproject.toml says of it."""
    if "dependencies" in _project(project).get("dynamic", ()):
        return f"write `-e .` into it: what {PYPROJECT} calls dynamic is known once its wheel is built"
    if "dependencies" in pyproject.read(project).get("tool", {}).get("poetry", {}):
        return f"{PYPROJECT} says it in poetry's own form: {locked.exported_by('poetry.lock')}"
    return "write one requirement a line, such as `requests`"


def found(settings: Settings) -> Path | None:
    """Return the file that says what is wanted, where there is one; nothing is changed or asked."""
    path = settings.project / settings.requirements.with_suffix(".in")
    if path.is_file():
        return path
    project = settings.project / PYPROJECT
    return project if "dependencies" in _project(project) else None


def read(path: Path, settings: Settings, environment: Mapping[str, str]) -> Wanted:
    """Read what is wanted; raise LockError or ConfigError with all that is wrong with it."""
    built = frozenset(map(normalised, settings.build_from_source))
    if path.name != PYPROJECT:
        return wanted.read(path, environment, built)
    document = pyproject.read(path)
    lines = [*_project(path)["dependencies"], *_extras(document, settings), *_groups(document, settings)]
    return wanted.of_lines(path, uv_sources.redirected(path.parent, lines), built)


def _project(path: Path) -> dict[str, Any]:
    project: dict[str, object] = pyproject.read(path).get("project", {})
    return project


def _extras(document: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """Yield what the configured extras want (https://packaging.python.org/en/latest/specifications/pyproject-toml/)."""
    known = {normalised(name): each for name, each in document["project"].get("optional-dependencies", {}).items()}
    for name in settings.lock.extras:
        if normalised(name) not in known:
            raise ConfigError([Fault("lock.extras", f"{PYPROJECT} has no {name}", cure=suggest(name, known))])
        yield from known[normalised(name)]


def _groups(document: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    known = {normalised(name): each for name, each in document.get("dependency-groups", {}).items()}
    for name in settings.lock.groups:
        if normalised(name) not in known:
            raise ConfigError([Fault("lock.groups", f"{PYPROJECT} has no {name}", cure=suggest(name, known))])
        yield from _group(known, normalised(name), ())


def _group(known: Mapping[str, list[Any]], name: str, inside: tuple[str, ...]) -> Iterator[str]:
    """Yield a group and those that it includes (https://packaging.python.org/en/latest/specifications/dependency-groups/)."""
    if name in inside or name not in known:
        what = f"includes itself: {' -> '.join([*inside, name])}" if name in inside else f"there is no group {name}"
        raise LockError([Fault(f"{PYPROJECT}: dependency-groups", what)])
    for each in known[name]:
        if isinstance(each, str):
            yield each
        else:
            yield from _group(known, normalised(each["include-group"]), (*inside, name))
