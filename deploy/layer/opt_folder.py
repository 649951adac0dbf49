"""/opt, as Lambda lays layers out in it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from ..executable import Executable
from ..inside import unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .values import BuiltLayer

_ANYBODY_RUNS = 0o001


def merged(layers: Sequence[BuiltLayer]) -> dict[str, bytes]:
    """Return the layers' files by path below /opt."""
    return unpacked(layer.zip for layer in layers)


def unpacked(archives: Iterable[Path | IO[bytes]]) -> dict[str, bytes]:
    """Return the zips' files by path: merged in attach order, the last one wins on the same path.

    https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
    """
    files: dict[str, bytes] = {}
    for each in archives:
        with ZipFile(each) as archive:
            files |= {entry.filename: _content(archive, entry) for entry in archive.infolist() if not entry.is_dir()}
    return files


def _content(archive: ZipFile, entry: ZipInfo) -> bytes:
    content = unpack.content(archive, entry)
    return Executable(content) if entry.external_attr >> 16 & _ANYBODY_RUNS else content
