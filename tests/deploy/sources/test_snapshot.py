"""A source archive is read as far as its files may be, whatever it says of itself."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import LockError
from deploy.sources import snapshot
from tests.memory import at_most

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 1 << 20
SOURCE = Path("odd-1.0.tar.gz")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST", MOST)


def packed(*members: tuple[tarfile.TarInfo, bytes], **options: Any) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **options) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def member(name: str, size: int, **changed: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    for name_, value in changed.items():
        setattr(info, name_, value)
    return info


def zeros(size: int) -> bytes:
    return packed((member("odd-1.0/zeros", size), bytes(size)))


def links() -> bytes:
    one = member("odd-1.0/one", MOST // 4)
    more = [member(f"odd-1.0/{at}", 0, type=tarfile.LNKTYPE, linkname="odd-1.0/one") for at in range(8)]
    return packed((one, bytes(MOST // 4)), *((each, b"") for each in more))


def holes() -> bytes:
    """Pack a file of a terabyte of which there are ten bytes, as GNU tar does: with a map of them in its header."""
    said = {"major": "0", "minor": "1", "map": "0,10", "size": str(1 << 40)}
    headers = {f"GNU.sparse.{name}": value for name, value in said.items()}
    return packed((member("odd-1.0/holes", 10, pax_headers=headers), bytes(10)), format=tarfile.PAX_FORMAT)


def header() -> bytes:
    comment = {"comment": "0" * 4 * MOST}
    return packed((member("odd-1.0/a", 1, pax_headers=comment), b"a"), format=tarfile.PAX_FORMAT)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("odd-1.0/zeros", bytes(2 * MOST))
    return buffer.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(zeros(64 * MOST)),
    "bzip2": lambda: bz2.compress(zeros(64 * MOST)),
    "xz": lambda: lzma.compress(zeros(64 * MOST)),
    "lzma": lambda: lzma.compress(zeros(64 * MOST), lzma.FORMAT_ALONE),
    "no compression": lambda: zeros(2 * MOST),
    "links": lambda: gzip.compress(links()),
    "holes": lambda: gzip.compress(holes()),
    "a header": lambda: gzip.compress(header()),
    "zip": zipped,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_what_unpacks_to_more_is_refused_while_it_is_read(kind: str) -> None:
    made = BOMBS[kind]()
    with at_most(24 * MOST), pytest.raises(LockError, match=f"its files have more than {MOST:,} bytes"):
        snapshot.of_archive(SOURCE.with_suffix(".zip") if kind == "zip" else SOURCE, made)


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "no compression": bytes,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_just_as_large_is_read(way: str) -> None:
    size = MOST - 16 * 1024  # and as much for the archive itself
    assert snapshot.of_archive(SOURCE, WAYS[way](zeros(size))) == {"zeros": bytes(size)}


DAMAGED = {
    "nothing": b"",
    "text": b"no archive",
    "the begin of gzip": gzip.compress(zeros(9))[:-20],
    "lzma alone": b"]\x00\x00",
    "bzip2 alone": b"BZh9",
    "gzip alone": b"\x1f\x8b",
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_cannot_be_read_says_so(kind: str) -> None:
    with pytest.raises(LockError, match="is no source archive that can be read"):
        snapshot.of_archive(SOURCE, DAMAGED[kind])
