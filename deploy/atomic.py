"""Writing a file as a whole: a reader, or a run that is killed, finds all of it or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import PipelineError


def write(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a run that is killed, sees all of it or nothing.

    Raises PipelineError where the disk does not take it.
    """
    try:
        _replace(path, content)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        cure = "make room, or correct its permissions; CHANNELWRIGHT_CACHE moves the cache"
        raise PipelineError.of(str(path), what, cure=cure) from error


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
