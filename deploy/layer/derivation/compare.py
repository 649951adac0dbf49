"""A layer's zip and its report against what its locked wheels give.

Every byte of the zip is accounted for: each entry unpacks to what is derived, and nothing else is between, before or
behind the entries. What differs in bytecode alone may come from another patch release of Python: that is for the
runtime itself to decide.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from ...errors import Fault
from ...inside import assemble, inventory
from ...inside.archive import DEFLATED, STORED, PackedEntry, frame
from . import derive, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zipfile import ZipInfo

    from ...inside.archive import ArchiveEntry
    from ...inside.inventory import Assembled
    from ..values import BuiltLayer

_CAUSE = "what was built was changed since: in the cache, in dist/, or where it was built"
_CURE = "find out who can write there, then build it with --no-cache"
_SHOWN = 8
_LOCAL_HEADER = 30  # bytes before an entry's name: 4.3.7 of the zip format


@dataclass(frozen=True, kw_only=True)
class ComparedLayer:
    """What came of it: how many files are as RECORD says, were compiled, changed or made by a rule, or are brought.

    `misrecorded` are paths that a wheel has otherwise than its own RECORD says, which is no fault of the layer's.
    """

    recorded: int = 0
    compiled: int = 0
    changed: int = 0
    brought: int = 0
    misrecorded: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    bytecode_alone: bool = False

    def __str__(self) -> str:
        parts = {
            "as the RECORDs of the locked wheels have them": self.recorded,
            "compiled": self.compiled,
            "written by rules": self.changed,
            "of the project": self.brought,
        }
        return ", ".join(f"{count} {what}" for what, count in parts.items() if count)


def compare(built: BuiltLayer, wheels: Mapping[str, bytes]) -> ComparedLayer:
    """Compare a layer with what its wheels give, content by file name; raise VerificationError as `derive.layer`."""
    content = built.zip.read_bytes()
    layer = derive.layer(built.spec, wheels)
    wanted = assemble.entries(layer, {each.own.path: each.content() for each in built.spec.files})
    packed, differing = _unpacked(content, wanted)
    faults = [_fault(built, path, what) for path, what in differing.items()]
    bytecode = {path for path in differing if path.endswith(".pyc")}
    # The manifest in the layer has a digest over all that is in it, bytecode too: it differs with that.
    alone = bool(bytecode) and differing.keys() - bytecode <= {f"channelwright/{built.spec.layer.name}.json"}
    if hashlib.sha256(content).hexdigest() != built.sha256:
        faults.insert(0, _fault(built, built.zip.name, f"is not the zip whose sha256 is {built.sha256}"))
        alone = False
    elif not faults:
        faults += _framed(built, content, layer, packed, wanted)
    if len(faults) > _SHOWN:
        faults[_SHOWN:] = [_fault(built, built.zip.name, f"differs in {len(faults) - _SHOWN} more files")]
    found = _counted(layer, wanted)
    return replace(found, faults=tuple(faults), bytecode_alone=alone)


def _unpacked(content: bytes, wanted: Mapping[str, ArchiveEntry]) -> tuple[dict[str, PackedEntry], dict[str, str]]:
    """Return the entries that are as wanted, as they lie in the zip, and what is wrong with each of the others."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            there = archive.infolist()
    except BadZipFile as error:
        return {}, {"the zip": f"cannot be read: {error}"}
    packed: dict[str, PackedEntry] = {}
    differing: dict[str, str] = {}
    for each in there:
        if each.filename not in wanted:
            differing[each.filename] = "is nothing that the locked wheels and the policy give"
        elif each.filename in packed:
            differing[each.filename] = "is in the zip twice"
        else:
            found = _entry(content, each, wanted[each.filename].content)
            packed[each.filename] = found or PackedEntry(STORED, b"", 0, 0)
            if found is None:
                differing[each.filename] = "holds other bytes than the locked wheels and the policy give"
    lacking = "is lacking, and the locked wheels and the policy give it"
    return packed, differing | {path: lacking for path in wanted if path not in packed}


def _entry(content: bytes, info: ZipInfo, wanted: bytes) -> PackedEntry | None:
    """Return an entry as it lies in the zip; None where it does not unpack to just what is wanted."""
    begin = info.header_offset + _LOCAL_HEADER + len(info.filename.encode())
    raw = content[begin : begin + info.compress_size]
    as_wanted = raw == wanted if info.compress_type == STORED else _inflated(raw, len(wanted)) == wanted
    return PackedEntry(info.compress_type, raw, zlib.crc32(wanted), len(wanted)) if as_wanted else None


def _inflated(raw: bytes, size: int) -> bytes | None:
    """Return what a deflate stream unpacks to; None where that is more than `size` bytes, or not all of `raw`."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = stream.decompress(raw, size + 1)
    except zlib.error:
        return None
    return found if stream.eof and not stream.unused_data else None


def _framed(
    built: BuiltLayer,
    content: bytes,
    layer: Assembled,
    packed: Mapping[str, PackedEntry],
    wanted: Mapping[str, ArchiveEntry],
) -> Iterator[Fault]:
    """Yield what is wrong besides the contents: headers, modes, what lies between entries, the report."""
    whole = frame(wanted, packed)
    if whole.content != content or any(each.method not in {STORED, DEFLATED} for each in packed.values()):
        yield _fault(built, built.zip.name, "has other headers, or more bytes, than its files account for")
        return
    report = inventory.report(layer, whole, sum(len(each.content) for each in wanted.values()))
    if replace(report, python=built.report.python, glibc=built.report.glibc) != built.report:
        yield _fault(built, built.spec.stem, "its report says other than its zip")


def _counted(layer: Assembled, wanted: Mapping[str, ArchiveEntry]) -> ComparedLayer:
    found = Counter[str]()
    misrecorded: list[str] = []
    wheels = {wheel.name: (wheel, recorded.digests(wheel)) for wheel in layer.wheels}
    for path, file in layer.files.items():
        wheel, digests = wheels[file.owner]
        original = wheel.files.get(path)
        if digests.get(path) == hashlib.sha256(file.content).digest():
            found["recorded"] += 1
        elif path.endswith(".pyc"):
            found["compiled"] += 1
        else:
            found["changed"] += 1
            if path in digests and original and original.content == file.content and original.origin != "scripts":
                misrecorded.append(path)
    return ComparedLayer(
        recorded=found["recorded"],
        compiled=found["compiled"],
        changed=found["changed"],
        brought=len(wanted) - len(layer.files) - 1,
        misrecorded=tuple(misrecorded),
    )


def _fault(built: BuiltLayer, where: str, what: str) -> Fault:
    return Fault(f"{built.spec.stem}: {where}", what, _CAUSE, _CURE)
