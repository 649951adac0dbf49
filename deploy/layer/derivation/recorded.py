"""What wheels say of their files themselves: the sha256 of each, in their RECORD.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file. It is a second
witness of what a wheel holds, by whoever built it, and it is under the same hash of the lock.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
from typing import TYPE_CHECKING

from ...inside.refusal import Refused
from ...inside.wheel import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...inside.wheel import Wheel


def digests(wheel: Wheel) -> dict[str, bytes]:
    """Return the sha256 that a wheel's RECORD has of each file, by its path below python/."""
    record = wheel.files[f"{wheel.dist_info}/RECORD"].content.decode(errors="replace")
    return dict(_rows(wheel.name, record))


def _rows(owner: str, record: str) -> Iterator[tuple[str, bytes]]:
    for row in csv.reader(io.StringIO(record)):
        kind, _, text = row[1].partition("=") if len(row) > 1 else ("", "", "")
        if kind != "sha256":
            continue
        try:
            path, _ = place(owner, row[0])
            yield path, base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (Refused, binascii.Error):  # it says nothing that can be compared
            continue
