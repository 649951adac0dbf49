"""Writes each distribution's RECORD anew: it lists what is in the layer, where it is in the layer.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file. Bytecode beside a
source has no hash, as pip leaves it; `importlib.metadata.files` and `packages_distributions` answer from this file.
"""

from __future__ import annotations

import base64
import csv
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .files import Files
    from .wheel import Wheel


def with_top_levels(files: Files, wheels: Sequence[Wheel]) -> Files:
    """Return the files with a top_level.txt of each distribution that has none, for a layer without sources.

    `importlib.metadata.packages_distributions` of Python 3.11 reads this file, or else looks for sources in RECORD.
    """
    result = dict(files)
    for wheel in wheels:
        path, metadata = f"{wheel.dist_info}/top_level.txt", f"{wheel.dist_info}/METADATA"
        if metadata in files and path not in files:
            own = wheel.files.get(path)
            compiled = [each for each in wheel.files if each.endswith(".py") and f"{each}c" in files]
            names = sorted({each.removesuffix(".py").partition("/")[0] for each in compiled})
            content = own.content if own else "".join(f"{name}\n" for name in names).encode()
            result[path] = replace(files[metadata], held=content)
    return result


def rewritten(files: Files, wheels: Sequence[Wheel]) -> Files:
    """Return the files with the RECORD of each wheel as they are; one that a rule took does not come back.

    A file that several distributions have in common is in the RECORD of each.
    """
    own: dict[str, set[str]] = {wheel.name: {path for path in wheel.files if path in files} for wheel in wheels}
    for path, file in files.items():
        own[file.owner].add(path)
    result = dict(files)
    for wheel in wheels:
        record = f"{wheel.dist_info}/RECORD"
        if record in files:
            result[record] = replace(files[record], held=_record(record, sorted(own[wheel.name]), files))
    return result


def _record(record: str, paths: Iterable[str], files: Files) -> bytes:
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    for path in paths:
        if path == record or "__pycache__" in path.split("/"):
            lines.writerow((path, "", ""))
        else:
            file = files[path]
            lines.writerow((path, f"sha256={_encoded(bytes.fromhex(file.sha256))}", file.size))
    return text.getvalue().encode()


def _encoded(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
