"""Unpacks files of archives that somebody else made: no more of each than it declares, and only what says the truth.

`ZipFile.read` unpacks all that is packed, up to 2 GiB at once, and cuts it to what is declared afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import BadZipFile

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo


def content(archive: ZipFile, entry: ZipInfo | str) -> bytes:
    """Return a file's content; raise BadZipFile where it is not as long as it declares, or is damaged."""
    info = archive.getinfo(entry) if isinstance(entry, str) else entry
    with archive.open(info) as file:
        found = file.read(info.file_size)
        file.read(1)  # its checksum is compared at its end
    if len(found) != info.file_size:
        raise BadZipFile(f"{info.filename!r} has {len(found):,} bytes and declares {info.file_size:,}")
    return found
