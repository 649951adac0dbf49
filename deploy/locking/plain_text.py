"""A requirements file as text: in whatever encoding an editor or a shell left it, with its lines joined as pip does."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from .. import atomic
from ..errors import Fault, LockError

if TYPE_CHECKING:
    from pathlib import Path

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read(path: Path, *, cure: str = "") -> str:
    """Return the text of a file: UTF-8, or what its byte order mark says, as PowerShell writes UTF-16.

    Raises LockError where it cannot be read or is in another encoding; `cure` is what to do about one that is absent.
    """
    try:
        content = atomic.whole(path)
    except FileNotFoundError as error:
        raise LockError([Fault(str(path), error.strerror or str(error), cure=cure)]) from error
    except OSError as error:
        cause = "it is what the requirements are read from"
        raise LockError(
            [Fault(str(path), error.strerror or str(error), cause, "name a file that can be read")]
        ) from error
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(path, content.removeprefix(mark), encoding)
    return _decoded(path, content, "utf-8")


def logical_lines(text: str) -> list[tuple[int, str]]:
    """Join continued lines, drop comments and blank ones; keep the number of the first line of each."""
    lines: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        start = start if pending else number
        pending += line.removesuffix("\\")
        if line.endswith("\\"):
            pending += " "
            continue
        if pending.strip():
            lines.append((start, pending.strip()))
        pending = ""
    if pending.strip():
        lines.append((start, pending.strip()))
    return lines


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    cure = "save it as UTF-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        what, cause = f"is not {encoding.upper()}", f"byte {error.start}: {error.reason}"
        raise LockError([Fault(str(path), what, cause, cure)]) from error
    if "\0" in text:
        raise LockError([Fault(str(path), "holds null bytes", "it may be UTF-16 without a byte order mark", cure)])
    return text.replace("\r\n", "\n")
