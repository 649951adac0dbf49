"""Files as wholes: written so that a reader, or a run that is killed, finds all of it or nothing; read, or why not."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from .errors import ConfigError, Fault, PipelineError

_NO_FOLDER = "name a folder that there is, or can be; CHANNELWRIGHT_CACHE says where the cache is"
_CURES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EISDIR: "name a file, or take the folder away",
    errno.ENOENT: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EROFS: "the file system is read-only: work in a copy elsewhere",
}


def write(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a run that is killed, sees all of it or nothing.

    Raises PipelineError where the disk does not take it.
    """
    try:
        _replace(path, content)
    except OSError as error:
        raise PipelineError([unwritable(path, error)]) from error


def unwritable(path: Path, error: OSError) -> Fault:
    """Say why a file cannot be written, and what helps against just that.

    >>> print(unwritable(Path("x"), OSError(errno.ENOSPC, "No space left on device")))
    x: cannot be written: No space left on device
        do:    make room
    """
    cure = _CURES.get(error.errno or 0, "let this user write there")
    if cure == _NO_FOLDER and (file := next((each for each in path.parents if each.is_file()), None)):
        cure = f"{file} is a file: take it away"
    return Fault(str(path), f"cannot be written: {error.strerror or error}", cure=cure)


def _replace(path: Path, content: bytes) -> None:
    import tempfile

    path = Path(os.path.realpath(path)) if path.is_symlink() else path
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


def content(path: Path, *, cure: str = "") -> bytes:
    """Return a file's bytes; raise ConfigError where it cannot be read, `cure` for one that is absent."""
    try:
        return whole(path)
    except FileNotFoundError as error:
        raise ConfigError([Fault(str(path), "there is no such file", cure=cure)]) from error
    except OSError as error:
        raise ConfigError([unreadable(path, error)]) from error


def whole(path: Path) -> bytes:
    """Return a file's bytes; raise OSError where it cannot be read, or may have no end, as a pipe."""
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise OSError(errno.EINVAL, "it is a pipe, a socket or a device", str(path))
    return path.read_bytes()


def text(path: Path, *, cure: str = "") -> str:
    """Return a file's text, which is UTF-8 with or without a byte order mark; raise ConfigError as `content`."""
    try:
        return content(path, cure=cure).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cause = f"byte {error.start}: {error.reason}"
        raise ConfigError([Fault(str(path), "is not UTF-8", cause, "save it as UTF-8")]) from error


def unreadable(path: Path, error: OSError) -> Fault:
    """Say why a file that is there cannot be read.

    >>> import errno, pathlib
    >>> print(unreadable(pathlib.Path("src/app.py"), PermissionError(errno.EACCES, "Permission denied")))
    src/app.py: cannot be read: Permission denied
        do:    let this user read it
    """
    above = next((each for each in path.parents if each.is_file()), None)
    cures = {
        errno.EACCES: "let this user read it",
        errno.EISDIR: "put a file in the folder's place",
        errno.ENOTDIR: f"{above} is a file: take it away",
        errno.EINVAL: "put a file in its place",
        errno.ELOOP: "put a file in the link's place",
    }
    return Fault(str(path), f"cannot be read: {error.strerror or error}", cure=cures.get(error.errno or 0, ""))
