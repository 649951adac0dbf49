"""What wheels declare of their files, judged before anything is unpacked: sizes, ratios, names, kinds of files.

A zip's directory may lie, but not to the reader's harm: no reader takes more of a file than is declared.
"""

from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from ..errors import Fault
from ..inside.trim.plain import pattern_to_regex
from ..inside.wheel import WheelName, place
from .audit.limits import UNZIPPED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from zipfile import ZipInfo

_NAME = 255  # bytes of a file's name, NAME_MAX of limits.h
# Code, libraries, JSON and text are packed to between a half and a fiftieth. What is packed smaller is of no kind that
# any rule of the trim policy knows, and all of it would stay.
_EMPTY = 100
_TESTS = frozenset({"test", "tests"})
_OTHER = "lock another version of it"
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a block device",
    stat.S_IFCHR: "a character device",
}


def faults(wheels: Mapping[str, bytes], excluded: Collection[str]) -> Iterator[Fault]:
    """Yield what no layer can hold, whatever is trimmed: `excluded` are the patterns of the policy's `exclude`.

    A wheel that is no zip is left to the one that reads it.
    """
    for filename, entries in _directories(wheels):
        names = [part for each in entries for part in each.filename.split("/")]
        if longest := max((name for name in names if len(name.encode()) > _NAME), key=len, default=""):
            what = f"holds a file name of {len(longest.encode())} bytes; no Linux file system takes more than {_NAME}"
            yield Fault(filename, f"{what}: {longest[:40]!r}…", "neither pip nor Lambda can unpack it", _OTHER)
        owner = WheelName.parse(filename).name
        left = [each for each in entries if _is_empty(each) and not _is_excluded(each, owner, excluded)]
        if (total := sum(each.file_size for each in left)) > UNZIPPED:
            biggest = max(left, key=lambda each: each.file_size)
            yield Fault(
                filename,
                f"declares {total:,} bytes unzipped, of which no rule takes any; Lambda allows {UNZIPPED:,}",
                cause=f"{biggest.filename!r} has {biggest.file_size:,} bytes, packed in {biggest.compress_size:,}",
                cure="leave files out with the trim rule `exclude`, lock another version, or use a container image",
            )


def remarks(wheels: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is unpacked as pip does and is still worth a look."""
    for filename, entries in _directories(wheels):
        for each in entries:
            if kind := _KINDS.get(stat.S_IFMT(each.external_attr >> 16)):
                yield f"{filename}: {each.filename!r} says that it is {kind}; it becomes a file"
            if not each.filename.isprintable():
                yield f"{filename}: the name {each.filename!r} has characters that are not printed"


def _directories(wheels: Mapping[str, bytes]) -> Iterator[tuple[str, list[ZipInfo]]]:
    for filename, content in wheels.items():
        try:
            with ZipFile(io.BytesIO(content)) as archive:
                entries = [each for each in archive.infolist() if not each.is_dir()]
        except BadZipFile:
            continue
        yield filename, entries


def _is_empty(entry: ZipInfo) -> bool:
    """Tell whether a file holds next to nothing for its size, and is no test's."""
    return entry.file_size >= _EMPTY * max(1, entry.compress_size) and _TESTS.isdisjoint(entry.filename.split("/"))


def _is_excluded(entry: ZipInfo, owner: str, excluded: Collection[str]) -> bool:
    if ".data/" in entry.filename and entry.filename.count("/") < 2:
        return False
    path, _ = place(owner, entry.filename)
    return any(pattern_to_regex(pattern).match(path) for pattern in excluded)
