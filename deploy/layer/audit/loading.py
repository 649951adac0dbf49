"""What a loader would do for a library that deserves a word: look outside of the layer, allow code on the stack."""

from __future__ import annotations

import posixpath
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from elftools.common.exceptions import ELFError
from elftools.construct import ConstructError
from elftools.elf.elffile import ELFFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where Lambda's own loader looks besides: its LD_LIBRARY_PATH, and the folders of ld.so(8).
_KNOWN = ("/opt", "/var/task", "/var/lang", "/var/runtime", "/lib", "/lib64", "/usr/lib", "/usr/lib64")
_EXECUTABLE = 0x1  # PF_X


@dataclass(frozen=True, kw_only=True)
class Loading:
    """One library: the folders outside of the layer in which it looks for others, and what stack it asks for."""

    path: str
    outside: tuple[str, ...]
    executable_stack: bool


def read(path: str, data: bytes) -> Loading:
    """Read it from a library that is whole; one that is damaged asks for nothing here, and is a fault elsewhere."""
    try:
        elf = ELFFile(BytesIO(data))
        return Loading(path=path, outside=tuple(_outside(path, elf)), executable_stack=_wants_stack(elf))
    except (
        ELFError,
        ConstructError,
        struct.error,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ):
        return Loading(path=path, outside=(), executable_stack=False)


def remarks(layer: str, found: Sequence[Loading]) -> Iterator[str]:
    """Yield one remark for each folder, and one for all that want such a stack."""
    for folder in sorted({folder for each in found for folder in each.outside}):
        paths = [each.path for each in found if folder in each.outside]
        yield f"{layer}: {_these(paths)} looked for in {folder!r} first, which is outside of the layer (RPATH)"
    if paths := [each.path for each in found if each.executable_stack]:
        why = "glibc from 2.41 on does not load such a library"
        yield f"{layer}: {_these(paths, 'asks', 'ask')} for a stack that can be executed; {why}"


def _these(paths: Sequence[str], one: str = "has its libraries", many: str = "have their libraries") -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more} {many if more else one}"


def _outside(path: str, elf: Any) -> Iterator[str]:
    dynamic = next(iter(elf.iter_segments("PT_DYNAMIC")), None)
    own = f"/opt/{path.rpartition('/')[0]}"
    for tag in dynamic.iter_tags() if dynamic else ():
        if tag.entry.d_tag in {"DT_RPATH", "DT_RUNPATH"}:
            searched = tag.rpath if tag.entry.d_tag == "DT_RPATH" else tag.runpath
            for each in searched.split(":"):
                folder = posixpath.normpath(each.replace("${ORIGIN}", own).replace("$ORIGIN", own)) if each else "."
                if not any(folder == known or folder.startswith(f"{known}/") for known in _KNOWN):
                    yield folder


def _wants_stack(elf: Any) -> bool:
    return any(segment["p_flags"] & _EXECUTABLE for segment in elf.iter_segments("PT_GNU_STACK"))
