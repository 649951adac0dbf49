"""/opt, as Lambda lays layers out in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.layer.values import BuiltLayer


def merged(layers: Sequence[BuiltLayer]) -> dict[str, bytes]:
    """Return the layers' files by path below /opt: merged in attach order, the last one wins on the same path.

    https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
    """
    files: dict[str, bytes] = {}
    for layer in layers:
        with ZipFile(layer.zip) as archive:
            files |= {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    return files
