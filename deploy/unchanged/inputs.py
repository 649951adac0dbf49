"""What a run followed from: each input as words that JSON takes, and what stands there now as a digest of its content.

file PATH                                        its content, and what kind of file it is; that it is absent
tree PATH                                        everything below it
code PROJECT FOLDER UNWANTED EXCLUDED            what would ship of it, as `deploy.code.selection` selects it
image REFERENCE ARCHITECTURES                    what the name stands for, and what this machine emulates
modules PATHS                                    when each was written, and its size, as Python asks itself
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ..code.selection import walked
from ..container.digest import PLATFORMS, image_digest
from ..container.emulation import emulated
from ..errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings import Architecture

    Input = Sequence[str | Sequence[str]]

_READ = ("CHANNELWRIGHT_", "CONTAINER_", "DOCKER_", "GIT_", "LC_", "NOX_", "PYTHON")
_READ_WHOLE = {"COLUMNS", "HOME", "LANG", "LANGUAGE", "PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a run may read of an environment, by itself or through git and Python."""
    return {name: each for name, each in environment.items() if name.startswith(_READ) or name in _READ_WHOLE}


def now(inputs: Sequence[Input], environment: Mapping[str, str]) -> list[str]:
    """Digest what stands at each input now.

    Raises OSError for what cannot be read, ConfigError where git refuses, EngineError where no engine has an image.
    """
    return [named([each, _now(each, environment)]) for each in inputs]


def named(value: object) -> str:
    """Name a value of JSON by its sha256."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _now(given: Input, environment: Mapping[str, str]) -> object:
    match given:
        case ["file", str(path)]:
            return _file(path)
        case ["tree", str(path)]:
            return _tree(path)
        case ["code", str(project), str(folder), [*unwanted], [*excluded]]:
            return _code(Path(project), Path(folder), unwanted, excluded)
        case ["image", str(reference), [*architectures]]:
            return _image(reference, architectures, environment)
        case ["modules", [*paths]]:
            return [_written(each) for each in paths]
        case _:
            raise ValueError(f"{given} is no input")


def _file(path: str) -> list[object]:
    """Digest a file, and what a link leads to; say of what is none only which kind it is."""
    try:
        kind, status = os.lstat(path).st_mode, os.stat(path)  # noqa: PTH116 - Path takes longer than all that is asked
    except FileNotFoundError:
        return ["absent"]
    content = ""
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            content = hashlib.sha256(file.read()).hexdigest()
    return [stat.S_IFMT(kind), status.st_mode & 0o100, content]


def _tree(path: str) -> list[object]:
    found: list[object] = [_file(path)]
    for place, folders, names in os.walk(path):
        folders.sort()
        found += [[f"{place}/{name}", _file(f"{place}/{name}")] for name in sorted([*folders, *names])]
    return found


def _code(project: Path, folder: Path, unwanted: Sequence[str], excluded: Sequence[str]) -> list[object]:
    selection = walked(project, folder, frozenset(map(Path, unwanted)), excluded)
    return [[[name, _file(str(path))] for path, name in selection.files], selection.left_out]


def _image(reference: str, architectures: Sequence[str], environment: Mapping[str, str]) -> list[object]:
    """Ask for what has this very name, for "", and for the image of an architecture."""
    known: dict[str, Architecture | None] = {"": None, **{each: each for each in PLATFORMS}}
    found = [image_digest(reference, environment, known[each]) for each in architectures]
    if not any(found):
        raise EngineError.of(reference, "is not here, or no engine says so")
    return [*map(repr, found), emulated()]


def _written(path: str) -> list[int]:
    status = os.stat(path)  # noqa: PTH116 - as above
    return [status.st_mtime_ns, status.st_size]
