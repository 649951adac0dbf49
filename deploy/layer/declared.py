"""What wheels declare of their files, judged before anything is unpacked: sizes, ratios, names, kinds of files.

A zip's directory may lie, but not to the reader's harm: no reader takes more of a file than is declared, which
deploy/inside/unpack.py sees to here, and pip by reading piece by piece.

What is left of a wheel once it is trimmed may be a small part of it. So a bound here is one of the work that unpacking
it takes. Only of files that hold next to nothing it is what a function may have, also where a rule would leave them out
with their folder: no wheel that is known has so much of them, and the trim rule `exclude` takes them by name.
"""

from __future__ import annotations

import io
import stat
import zipfile
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
_PATH = 4096 - len("/opt/python/") - 1  # bytes of a path's name, PATH_MAX of limits.h, once it is unpacked
# Code, libraries, JSON and text are packed to between a half and a fiftieth.
_EMPTY = 100
UNPACKED = 10_737_418_240
"""Bytes that all wheels of a layer may have together: those of a container image in Lambda, 10 GiB.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
DIRECTORY = 16 * 1024 * 1024
"""Bytes of a zip's own directory: some 110,000 files. The largest wheels that are known have 40,000."""
_LOCAL_HEADER = 30  # bytes before an entry's name: 4.3.7 of the zip format
_DIRECTORY_SIZE = 5  # where zipfile's own reading of a zip's end has it
_OTHER = "lock another version of it"
_LEAVE_OUT = "leave files out with the trim rule `exclude`, lock another version, or use a container image"
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a block device",
    stat.S_IFCHR: "a character device",
}


def faults(wheels: Mapping[str, bytes], excluded: Collection[str]) -> Iterator[Fault]:
    """Yield what is not to be unpacked, whatever is trimmed: `excluded` are the patterns of the policy's `exclude`.

    A wheel that is no zip is left to the one that reads it.
    """
    unread = {filename: fault for filename, content in wheels.items() for fault in _directory(filename, content)}
    yield from unread.values()
    total = 0
    for filename, entries in _directories({name: each for name, each in wheels.items() if name not in unread}):
        total += sum(each.file_size for each in entries)
        yield from _names(filename, entries)
        yield from _overlapping(filename, entries)
        yield from _empty(filename, entries, excluded)
    if total > UNPACKED:
        what = f"declare {total:,} bytes unzipped, together and before anything is trimmed; {UNPACKED:,} are unpacked"
        biggest = max(wheels, key=lambda each: len(wheels[each]))
        yield Fault("the wheels", what, f"the largest as it is packed is {biggest}", "lock fewer, or smaller ones")


def _directory(filename: str, content: bytes) -> Iterator[Fault]:
    """Yield what is wrong with a zip's directory before it is read, which takes many times its size of memory."""
    end = zipfile._EndRecData(io.BytesIO(content))  # type: ignore[attr-defined] # noqa: SLF001 - as the reader itself
    if end and end[_DIRECTORY_SIZE] > DIRECTORY:
        what = f"has a directory of {end[_DIRECTORY_SIZE]:,} bytes; up to {DIRECTORY:,} are read, some 110,000 files"
        yield Fault(filename, what, "it holds very many files", _OTHER)


def _names(filename: str, entries: Collection[ZipInfo]) -> Iterator[Fault]:
    """Yield names that are too long for any file system, of a file or of a whole path."""
    for names, most, kind in (
        ([part for each in entries for part in each.filename.split("/")], _NAME, "file name"),
        ([each.filename for each in entries], _PATH, "path"),
    ):
        if longest := max((name for name in names if len(name.encode()) > most), key=len, default=""):
            what = f"holds a {kind} of {len(longest.encode())} bytes; no Linux file system takes more than {most}"
            yield Fault(filename, f"{what}: {longest[:40]!r}…", "neither pip nor Lambda can unpack it", _OTHER)
            return


def _overlapping(filename: str, entries: Collection[ZipInfo]) -> Iterator[Fault]:
    """Yield the first two files that lie over each other in the archive, so that a small one unpacks to much."""
    end, before = 0, ""
    for each in sorted(entries, key=lambda each: each.header_offset):
        if each.header_offset < end:
            what = f"has {each.filename!r} where {before!r} lies, too"
            yield Fault(filename, what, "such an archive unpacks to more than it could hold", _OTHER)
            return
        end, before = each.header_offset + _LOCAL_HEADER + each.compress_size, each.filename


def _empty(filename: str, entries: Collection[ZipInfo], excluded: Collection[str]) -> Iterator[Fault]:
    """Yield more of files that hold next to nothing than a function may have."""
    owner = WheelName.parse(filename).name
    found = [each for each in entries if _is_empty(each) and not _is_excluded(each, owner, excluded)]
    if (total := sum(each.file_size for each in found)) > UNZIPPED:
        biggest = max(found, key=lambda each: each.file_size)
        what = f"declares {total:,} bytes unzipped of files that hold next to nothing; Lambda allows {UNZIPPED:,}"
        cause = f"{biggest.filename!r} has {biggest.file_size:,} bytes, packed in {biggest.compress_size:,}"
        yield Fault(filename, what, cause, _LEAVE_OUT)


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
    """Tell whether a file holds next to nothing for its size."""
    return entry.file_size >= _EMPTY * max(1, entry.compress_size)


def _is_excluded(entry: ZipInfo, owner: str, excluded: Collection[str]) -> bool:
    if ".data/" in entry.filename and entry.filename.count("/") < 2:
        return False
    path, _ = place(owner, entry.filename)
    return any(pattern_to_regex(pattern).match(path) for pattern in excluded)
