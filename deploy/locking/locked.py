"""The lock that a project has, whichever kind it is: the pins that a target needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.pylock import is_valid_pylock_path

from ..errors import Fault, LockError
from ..invocation import advised
from ..settings import Lock
from . import lockfile, plain_text

if TYPE_CHECKING:
    from pathlib import Path

    from ..inside.exchange import Pin
    from ..settings import Settings, Target

UV_LOCK = "uv.lock"

# Locks in a form of their own, each with its tool and the command that exports it.
_EXPORTED_BY = {
    "poetry.lock": ("poetry", "poetry export --format requirements.txt --output requirements.txt"),
    "Pipfile.lock": ("pipenv", "pipenv requirements --hash > requirements.txt"),
    "pdm.lock": ("pdm", "pdm export --format requirements --output requirements.txt"),
}


def pins(settings: Settings, target: Target) -> tuple[Pin, ...]:
    """Read the pins of a target, sorted by name; none where the project has neither a layer nor a lock.

    Raises LockError with all that is wrong with the lock, ConfigError where a uv.lock or pylock.toml lacks what
    `lock.extras` and `lock.groups` name.
    """
    path = settings.project / settings.requirements
    if not settings.layers and not path.exists():
        return ()
    refuse_foreign(path)
    if path.name == UV_LOCK:
        return _of_uv(settings, path, target)
    if is_pylock(path):
        from . import pylock

        return pylock.read(plain_text.read(path), path, settings.lock, target, settings.project)
    if not path.exists():
        raise LockError([Fault(str(path), "no such file", cure=_instead(path))])
    return lockfile.read(path, target)


def refuse_foreign(path: Path) -> None:
    """Raise LockError for a lock that only its own tool reads, with the command that exports it."""
    if path.name in _EXPORTED_BY:
        raise LockError([_foreign(path)])


def is_pylock(path: Path) -> bool:
    """Tell a pylock.toml by its name, which the specification rules."""
    return is_valid_pylock_path(path)


def _of_uv(settings: Settings, path: Path, target: Target) -> tuple[Pin, ...]:
    from . import pylock
    from .uv import export

    plain_text.read(path, cure="make it with `uv lock`")
    return pylock.read(export.pylock(settings, path), path, Lock(), target, settings.project)


def _foreign(path: Path) -> Fault:
    tool, command = _EXPORTED_BY[path.name]
    cure = f"`{command}`, and `requirements: requirements.txt` in config/pipeline.yaml"
    return Fault(str(path), f"{tool} keeps its lock in a form of its own", cure=cure)


def _instead(path: Path) -> str:
    """Say how a lock comes to be, by what lies beside the place where it is expected."""
    if path.with_name(UV_LOCK).exists():
        return (
            f"`requirements: {UV_LOCK}` in config/pipeline.yaml reads the one of uv; or make it with {advised('lock')}"
        )
    exports = [_foreign(other).cure for name in _EXPORTED_BY if (other := path.with_name(name)).exists()]
    return exports[0] if exports else f"make it with {advised('lock')}"
