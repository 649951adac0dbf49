"""What a layer brings besides distributions, against what was asked for, and whether Lambda can run and load it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ...errors import Fault
from . import elf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from zipfile import ZipInfo

    from ..values import BuiltLayer

CAUSE = "it was built for another machine than Lambda's, or for another system"
CURE = "build it for Lambda, in the runtime image for one, or link it statically"
_REBUILD = "build the layer again with --no-cache"
_MODE = 0o111
# Lambda starts what lies here, and nothing below it.
_STARTED = "extensions/"


def faults(built: BuiltLayer, entries: Mapping[str, ZipInfo], read: Callable[[ZipInfo], bytes]) -> Iterator[Fault]:
    """Yield what differs between the zip and the report of what was brought, and what nobody may run."""
    layer = built.spec.layer.name
    for own in built.report.own_files:
        where = f"{layer}: {own.path}"
        entry = entries.get(own.path)
        if entry is None:
            yield Fault(where, "is reported and not in the zip", "the build and its report disagree", _REBUILD)
        elif hashlib.sha256(content := read(entry)).hexdigest() != own.sha256:
            yield Fault(where, "holds other bytes than were brought", "the build and its report disagree", _REBUILD)
        elif not entry.external_attr >> 16 & _MODE and (what := _to_be_run(own.path, content)):
            source = f"what layers.{layer}.files names"
            yield Fault(where, f"{what}, and nobody may run it", f"its mode, {source}, has no x", "chmod +x, and again")


def _to_be_run(path: str, content: bytes) -> str:
    """Say why a file is there to be run; "" where nothing says so."""
    if path.startswith(_STARTED) and "/" not in path.removeprefix(_STARTED):
        return "is a Lambda extension"
    if content.startswith(elf.MAGIC):
        found = elf.read(path, content)
        return "is a program" if isinstance(found, elf.SharedObject) and found.is_program else ""
    return "is a script in bin/" if path.startswith("bin/") and content.startswith(b"#!") else ""
