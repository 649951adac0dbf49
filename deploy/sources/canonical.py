"""One form for a wheel's bytes: whoever builds the same files, anywhere, has the same wheel."""

from __future__ import annotations

import base64
import csv
import hashlib
import stat
from io import BytesIO, StringIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from ..errors import BuildError, Fault
from ..inside import unpack
from ..layer.audit.limits import UNZIPPED

_FIRST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def canonical(content: bytes) -> bytes:
    """Return the wheel with sorted entries, one date, two modes, no compression and a RECORD in that order.

    Without compression no version of zlib decides. Raises BuildError where it is no zip with a RECORD, or declares more
    than a function can have: whoever built it may have wanted to fill this machine's memory.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            found = {each.filename: each for each in archive.infolist() if not each.is_dir()}
            if (total := sum(each.file_size for each in archive.infolist())) > UNZIPPED:
                what = f"declares {total:,} bytes unzipped; Lambda allows {UNZIPPED:,}"
                raise BuildError([Fault("the wheel that was built", what)])
            files = {name: unpack.content(archive, name) for name in sorted(found)}
    except BadZipFile as error:
        raise BuildError([Fault("the wheel that was built", f"is no zip: {error}")]) from error
    records = [name for name in files if name.count("/") == 1 and name.endswith(".dist-info/RECORD")]
    if len(records) != 1:
        raise BuildError([Fault("the wheel that was built", f"has {len(records)} RECORD files, not one")])
    files[records[0]] = _record(files, records[0])
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for name, data in files.items():
            entry = ZipInfo(name, _FIRST)
            entry.create_system = _UNIX
            may_run = bool(found[name].external_attr >> 16 & 0o111)
            entry.external_attr = (stat.S_IFREG | (0o755 if may_run else 0o644)) << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def impurity(filename: str, content: bytes) -> str:
    """Say why a wheel is not pure Python for every platform; nothing where it is."""
    try:
        _, _, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        return str(error)
    if any(each.platform != "any" or each.abi != "none" for each in tags):
        return f"it is for {', '.join(sorted({each.platform for each in tags}))}"
    with ZipFile(BytesIO(content)) as archive:
        native = [name for name in archive.namelist() if name.endswith((".so", ".pyd", ".dylib", ".dll"))]
    return f"it holds {native[0]}" if native else ""


def _record(files: dict[str, bytes], own: str) -> bytes:
    """Write RECORD: https://packaging.python.org/en/latest/specifications/recording-installed-packages/."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, data in files.items():
        if name == own:
            writer.writerow([name, "", ""])
        else:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            writer.writerow([name, f"sha256={digest}", len(data)])
    return text.getvalue().encode()
