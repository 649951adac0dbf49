"""Writes the zip: the same entries give the same bytes, on any machine and at any time.

Sorted names, one time for all, no folders, no extra fields; and deflate by a pinned libdeflate, as zlib's output
differs between its versions and builds. The format is PKWARE's APPNOTE.TXT 6.3.10; the numbers are its sections.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from .refusal import Refused, fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .files import Later

_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_END = struct.Struct("<4s4H2LH")  # 4.3.16
_VERSION = 20  # 4.4.3: deflate
_UNIX = 3 << 8  # 4.4.2: where the permissions are to be understood
_UTF8 = 1 << 11  # 4.4.4
STORED, DEFLATED = 0, 8  # 4.4.5
_DATE = 0 << 9 | 1 << 5 | 1  # 4.4.6: 1980-01-01, the first that the format knows
_REGULAR = 0o100000
_In = TypeVar("_In")
_Out = TypeVar("_Out")
_ENTRIES, _BYTES = 0xFFFF, 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    held: bytes | Later
    executable: bool = False

    @property
    def content(self) -> bytes:
        return self.held if isinstance(self.held, bytes) else self.held.content


@dataclass(frozen=True)
class LayerArchive:
    """A zip, and what each of its entries takes up in it, headers included."""

    content: bytes
    zipped: dict[str, int]


@dataclass(frozen=True, slots=True)
class PackedEntry:
    """An entry as it lies in a zip: `content` is stored or deflated, `size` and `crc` are of what it unpacks to."""

    method: int
    content: bytes
    crc: int
    size: int


def write(entries: Mapping[str, ArchiveEntry], deflate: Callable[[bytes], bytes]) -> LayerArchive:
    """Zip the entries; raise Refused as `frame`."""
    packed = side_by_side(lambda entry: pack(entry.content, deflate), entries.values())
    return frame(entries, dict(zip(entries, packed, strict=True)))


def frame(entries: Mapping[str, ArchiveEntry], packed: Mapping[str, PackedEntry]) -> LayerArchive:
    """Put entries that are packed between their headers: nothing of the zip is left to choose.

    Raises Refused where there are more, or larger ones, than Lambda or the plain format take.
    """
    if len(entries) >= _ENTRIES or sum(each.size for each in packed.values()) >= _BYTES:
        raise Refused([fault("the layer", f"has {len(entries)} files, too many or too large for a zip")])
    names = sorted(entries)
    body, directory = bytearray(), bytearray()
    zipped = {}
    for name in names:
        each = packed[name]
        local, central = _headers(name, entries[name], each, len(body))
        body += local + each.content
        directory += central
        zipped[name] = len(local) + len(each.content) + len(central)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(body), 0)
    return LayerArchive(bytes(body + directory + end), zipped)


def processors() -> int:
    """Return how many processors there are for this process, on whatever machine the pipeline runs."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(work: Callable[[_In], _Out], each: Iterable[_In]) -> list[_Out]:
    """Do the work with as many processors as there are: compressing holds up nobody else."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(processors()) as threads:
        return list(threads.map(work, each))


def pack(content: bytes, deflate: Callable[[bytes], bytes]) -> PackedEntry:
    """Compress content, where that makes it smaller."""
    deflated = deflate(content)
    method, chosen = (DEFLATED, deflated) if len(deflated) < len(content) else (STORED, content)
    return PackedEntry(method, chosen, zlib.crc32(content), len(content))


def _headers(name: str, entry: ArchiveEntry, packed: PackedEntry, offset: int) -> tuple[bytes, bytes]:
    """Return an entry's header beside its content, and the one in the directory at the end."""
    path = name.encode()
    flags = 0 if name.isascii() else _UTF8
    mode = _REGULAR | (0o755 if entry.executable else 0o644)
    common = (flags, packed.method, 0, _DATE, packed.crc, len(packed.content), packed.size, len(path), 0)
    local = _LOCAL.pack(b"PK\x03\x04", _VERSION, *common)
    central = _CENTRAL.pack(b"PK\x01\x02", _UNIX | _VERSION, _VERSION, *common, 0, 0, 0, mode << 16, offset)
    return local + path, central + path
