"""No file of an archive takes more memory than it declares, and none is shorter."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from deploy.inside import unpack
from tests.memory import at_most

MIB = 1 << 20


def archive(content: bytes, declared: int, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipFile:
    """Return an archive of one file, which its directory declares to have so many bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        made.writestr("a", content)
        made.filelist[0].file_size = declared
        made.filelist[0].CRC = zlib.crc32(content[:declared])
    return zipfile.ZipFile(buffer)


@pytest.mark.parametrize("declared", [0, 10, 5000, MIB])
def test_what_unpacks_to_more_than_it_declares_is_read_as_far_as_it_declares(declared: int) -> None:
    made = archive(bytes(64 * MIB), declared)
    with at_most(3 * MIB):
        assert unpack.content(made, "a") == bytes(declared)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [0, 1, 5000, MIB])
def test_what_is_as_it_declares_is_read_whole(size: int, method: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert unpack.content(archive(content[:size], size, method), "a") == content[:size]


def test_what_is_shorter_or_damaged_is_no_file() -> None:
    with pytest.raises((zipfile.BadZipFile, EOFError)):
        unpack.content(archive(b"abc", 4), "a")
    damaged = archive(b"abc", 3)
    damaged.filelist[0].CRC = 0
    with pytest.raises(zipfile.BadZipFile):
        unpack.content(damaged, damaged.filelist[0])
