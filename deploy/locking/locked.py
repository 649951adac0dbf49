"""The lock that a project has, whichever kind it is: the pins that a target needs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ..errors import Fault, LockError
from ..inside.exchange import Pin
from ..invocation import advised
from ..settings import Lock
from . import document, lockfile, plain_text
from .own import LockedSource

if TYPE_CHECKING:
    from ..settings import Settings, Target
    from .others.unfit import Unfit
    from .wanted import Elsewhere

UV_LOCK = "uv.lock"


@dataclass(frozen=True)
class Export:
    """How the lock of another tool is exported to one that is read here; `locks` makes the tool's own."""

    tool: str
    locks: str
    command: str
    path: str = "requirements.txt"


EXPORTS = {
    "poetry.lock": Export("poetry", "poetry lock", "poetry export --format requirements.txt --output requirements.txt"),
    "Pipfile.lock": Export("pipenv", "pipenv lock", "pipenv requirements --hash > requirements.txt"),
    # pdm exports no requirements with hashes where one of them is a folder.
    "pdm.lock": Export("pdm", "pdm lock", "pdm export --format pylock --output pylock.toml", "pylock.toml"),
}
"""Locks in a form of their own, by their names."""


@dataclass(frozen=True)
class Locked:
    """What a target needs: `pins` sorted by name, and those of them that are built from `sources`.

    The pin of a source has no hash where its lock has none.
    """

    pins: tuple[Pin, ...]
    sources: tuple[LockedSource, ...] = ()

    @property
    def of_indexes(self) -> tuple[Pin, ...]:
        """The pins of what an index has, as wheels or as a source archive."""
        own = {each.name for each in self.sources if each.is_own}
        return tuple(pin for pin in self.pins if pin.name not in own)


def pins(settings: Settings, target: Target) -> tuple[Pin, ...]:
    """Return the pins alone; raises as `read`."""
    return read(settings, target).pins


def read(settings: Settings, target: Target) -> Locked:
    """Read the lock for a target; it is empty where no layer wants anything of it.

    Raises LockError with all that is wrong with the lock, ConfigError where a uv.lock or pylock.toml lacks what
    `lock.extras` and `lock.groups` name.
    """
    path = settings.project / settings.requirements
    if not settings.wants_lock:
        return Locked(())  # what lies there is for other purposes
    refuse_foreign(path)
    if path.name == UV_LOCK or is_pylock(path):
        return _of_toml(settings, path, target)
    if not path.exists():
        raise LockError([Fault(str(path), "no such file", cure=_instead(path, settings))])
    pins, exported = lockfile.read(path, target, but_sources=True), _exported(path, target, settings.project)
    own = tuple(Pin(name=each.name, version="", hashes=()) for each in exported)
    return Locked(tuple(sorted((*pins, *own), key=lambda pin: pin.name)), (*_recorded(path, target), *exported))


def unfit(settings: Settings, target: Target) -> tuple[Unfit, ...]:
    """Return what a uv.lock or pylock.toml has for a target without a wheel that it can use; raises as `read` else.

    Other locks name no wheels: nothing is known of them here.
    """
    path = settings.project / settings.requirements
    if not settings.wants_lock or not (path.name == UV_LOCK or is_pylock(path)):
        return ()
    from .others import pylock

    if path.name != UV_LOCK:
        return pylock.unfit(plain_text.read(path), path, settings.lock, target, settings)
    return pylock.unfit(*_exported_by_uv(settings, target))


def chosen(settings: Settings, target: Target) -> dict[str, str]:
    """Return the versions that a uv.lock has for a target, whether they fit or not; raises as `unfit`."""
    from .others import pylock

    known = pylock.versions_of(plain_text.read(settings.project / settings.requirements))
    found = pylock.versions(*_exported_by_uv(settings, target))
    return {name: version or known.get(name, "") for name, version in found.items()}


def _exported_by_uv(settings: Settings, target: Target) -> tuple[str, Path, Lock, Target, Settings]:
    from .uv import export

    path = settings.project / settings.requirements
    return export.pylock(settings, path), path, Lock(), target, settings


def _recorded(path: Path, target: Target) -> tuple[LockedSource, ...]:
    """Return the sources that `lock` wrote down beside their pins."""
    text = plain_text.read(path)
    versions = lockfile.recorded(text)
    return tuple(
        LockedSource(
            name=each.name,
            version=each.version,
            origin=each.origin,
            digest=each.digest,
            hashes=tuple(sorted(each.hashes)),
        )
        for each in document.read(text)
        if each.origin and lockfile.applies(each.marker, target, versions)
    )


def _exported(path: Path, target: Target, project: Path) -> tuple[LockedSource, ...]:
    """Return the sources that an export names without a hash, as `-e ../shared` or `shared @ file:///…`."""
    lines = lockfile.source_lines(path)
    if not lines:
        return ()
    from .others import static_name
    from .wanted import of_lines

    found: list[LockedSource] = []
    faults: list[Fault] = []
    for each in of_lines(path, lines).elsewhere:
        local = _local(each)
        name = each.name or (static_name.read(local) if local else "")
        if not name:
            faults.append(Fault(f"{path}: {each.place}", "has no name", cure=f"write `NAME @ {each.place}`"))
        elif lockfile.applies(each.marker, target, {}):
            fragment = "".join(each.place.partition("#")[1:])
            origin = f"{_relative(local, project)}{fragment}" if local else each.place
            found.append(LockedSource(name=name, version="", origin=origin))
    if faults:
        raise LockError(faults)
    return tuple(found)


def _local(source: Elsewhere) -> Path | None:
    """Return where a source of this machine lies, which exports name by its path or as file:///PATH."""
    bare = source.place.partition("#")[0]
    if bare.startswith("file:"):
        return Path(unquote(urlsplit(bare).path))
    return None if ":" in bare else source.folder / bare


def _relative(path: Path, project: Path) -> str:
    """Return a path as requirements name it, whatever machine it is on."""
    found = Path(os.path.relpath(path, project)).as_posix()
    return found if found.startswith(".") else f"./{found}"


def versions(settings: Settings) -> dict[str, str]:
    """Return the whole Python version of each runtime: as the lock recorded it, else the newest patch.

    Lambda keeps its runtimes up to date.
    """
    path = settings.project / settings.requirements
    newest = {each.runtime: f"{each.runtime.removeprefix('python')}.99" for each in settings.targets}
    return newest | (lockfile.recorded(plain_text.read(path)) if path.suffix == ".txt" and path.is_file() else {})


def refuse_foreign(path: Path) -> None:
    """Raise LockError for a lock that only its own tool reads, with the command that exports it."""
    if path.name in EXPORTS:
        raise LockError([_foreign(path)])


def is_pylock(path: Path) -> bool:
    """Tell a pylock.toml by its name, which the specification rules."""
    if path.suffix != ".toml":
        return False
    from packaging.pylock import is_valid_pylock_path

    return is_valid_pylock_path(path)


def _of_toml(settings: Settings, path: Path, target: Target) -> Locked:
    from .others import pylock

    if path.name != UV_LOCK:
        found = pylock.read(plain_text.read(path), path, settings.lock, target, settings)
        return Locked(*found)
    text = plain_text.read(path, cure="make it with `uv lock`")
    return Locked(*pylock.with_versions(pylock.read(*_exported_by_uv(settings, target)), text))


def _foreign(path: Path) -> Fault:
    return Fault(
        str(path), f"{EXPORTS[path.name].tool} keeps its lock in a form of its own", cure=exported_by(path.name)
    )


def exported_by(name: str) -> str:
    """Say how a lock of this name is exported to one that is read here."""
    return f"`{EXPORTS[name].command}`, and `requirements: {EXPORTS[name].path}` in config/pipeline.yaml"


def _instead(path: Path, settings: Settings) -> str:
    """Say how a lock comes to be, by what lies beside the place where it is expected."""
    if path.with_name(UV_LOCK).exists():
        return (
            f"`requirements: {UV_LOCK}` in config/pipeline.yaml reads the one of uv; or make it with {advised('lock')}"
        )
    exports = [_foreign(other).cure for name in EXPORTS if (other := path.with_name(name)).exists()]
    alone = [name for name, each in settings.layers.items() if (each.files or each.modules) and each.packages == "rest"]
    files = "".join(f"; or, of files alone, give `packages: []` to layers.{name}" for name in alone)
    return exports[0] if exports else f"make it with {advised('lock')}{files}"
