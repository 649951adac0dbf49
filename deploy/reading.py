"""Reading what is the project's or the user's own: why a file cannot be read is told, not traced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ConfigError, Fault

if TYPE_CHECKING:
    from pathlib import Path


def content(path: Path, *, cure: str = "") -> bytes:
    """Return a file's bytes; raise ConfigError where it cannot be read, `cure` for one that is absent."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError([Fault(str(path), "there is no such file", cure=cure)]) from error
    except OSError as error:
        raise ConfigError([unreadable(path, error)]) from error


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
    cure = {PermissionError: "let this user read it", IsADirectoryError: "put a file in the folder's place"}
    return Fault(str(path), f"cannot be read: {error.strerror or error}", cure=cure.get(type(error), ""))
