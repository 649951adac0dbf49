"""uv.lock as a pylock.toml: uv walks its own format, without network and without resolving anything again."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from ...errors import ConfigError, Fault, LockError
from ...invocation import advised
from . import log as uv_log

if TYPE_CHECKING:
    from pathlib import Path

    from ...settings import Settings

_TIMEOUT = 60  # seconds
_UNKNOWN = re.compile(r"(?P<kind>Extra|Group) `(?P<name>[^`]+)` is not defined")
_EXPORT = ("export", "--frozen", "--offline", "--no-default-groups", "--format", "pylock.toml", "--no-header")


def pylock(settings: Settings, lock: Path) -> str:
    """Return what a uv.lock locks for the project, with the configured extras and groups, for every platform.

    `--frozen` takes the lock as it is (https://docs.astral.sh/uv/reference/cli/#uv-export). A project that is a member
    of a workspace gets its own part; a workspace without a project at its root gets all members. Raises ConfigError
    where an extra or group is not there, LockError with uv's own words where it cannot read the lock.
    """
    folder = settings.project if settings.project.is_relative_to(lock.parent.resolve()) else lock.parent
    wanted = [option for name in settings.lock.extras for option in ("--extra", name)]
    wanted += [option for name in settings.lock.groups for option in ("--group", name)]
    wanted += [] if _is_project(folder) else ["--all-packages"]
    # uv names folders relative to where it runs, and they are read as relative to the lock.
    command = [_program(lock), *_EXPORT, "--color", "never", "--project", str(folder), *wanted]
    done = subprocess.run(command, cwd=lock.parent, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    if done.returncode:
        raise _refusal(lock, done.stderr)
    return done.stdout


def _program(lock: Path) -> str:
    try:
        import uv
    except ModuleNotFoundError as error:
        cure = f"build with {advised('layer')}; or `uv export --format pylock.toml`, and `requirements: pylock.toml`"
        raise LockError([Fault(str(lock), "cannot be read: there is no uv here", cure=cure)]) from error
    return uv.find_uv_bin()


def _is_project(folder: Path) -> bool:
    path = folder / "pyproject.toml"
    return path.is_file() and bool(re.search(r"^\s*\[project\]", path.read_text(encoding="utf-8"), re.MULTILINE))


def _refusal(lock: Path, words: str) -> ConfigError | LockError:
    if unknown := _UNKNOWN.search(words):
        key = {"Extra": "lock.extras", "Group": "lock.groups"}[unknown["kind"]]
        return ConfigError([Fault(key, f"pyproject.toml has no {unknown['name']}", cure="correct it, or take it out")])
    cure = f"see uv's words above; remake it with {advised('lock')}"
    return LockError([Fault(str(lock), "cannot be read by uv", cure=cure)], log=uv_log.without(words))
