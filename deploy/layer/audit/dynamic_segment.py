"""The dynamic segment of a shared object, which is what the loader goes by: its symbols, and their versions."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from elftools.common.utils import struct_parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

# The version that a glibc has to have for a marker that is no version itself:
# https://sourceware.org/glibc/wiki/Release/2.36
_MARKERS = {"GLIBC_ABI_DT_RELR": "2.36", "GLIBC_ABI_GNU2_TLS": "2.42"}


@dataclass(frozen=True)
class Symbol:
    name: str
    is_defined: bool
    version: int

    @property
    def is_initialiser(self) -> bool:
        """Tell whether Python would call it to make a module (PEP 489's export hooks)."""
        return self.is_defined and self.name.startswith(("PyInit_", "PyInitU_"))


def bound(elf: Any, dynamic: Any) -> dict[int, str]:
    """Map the index of each needed symbol version to its name, from DT_VERNEED.

    The loader goes by the dynamic segment; section headers say the same, but may have been stripped.
    """
    _, offset = dynamic.get_table_offset("DT_VERNEED")
    count = number(dynamic, "DT_VERNEEDNUM")
    _, strings = dynamic.get_table_offset("DT_STRTAB")
    found: dict[int, str] = {}
    while offset is not None and count > 0:
        need = struct_parse(elf.structs.Elf_Verneed, elf.stream, offset)
        at = offset + need["vn_aux"]
        for _ in range(need["vn_cnt"]):
            version = struct_parse(elf.structs.Elf_Vernaux, elf.stream, at)
            found[version["vna_other"]] = _bytes(elf, strings + version["vna_name"], 64).split(b"\0", 1)[0].decode()
            at += version["vna_next"]
        offset += need["vn_next"]
        count = count - 1 if need["vn_next"] else 0
    return found


def highest(names: Collection[str]) -> dict[str, str]:
    """Return the highest version of each interface whose names are versions, such as GLIBC_2.14."""
    highest: dict[str, str] = {}
    for name in sorted(names):
        interface, _, version = name.partition("_")
        version = _MARKERS.get(name, version)
        if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
            highest[interface] = max(highest.get(interface, "0"), version, key=numbers)
    return {
        interface: highest[interface] for interface in ("GLIBC", "GLIBCXX", "CXXABI", "GCC") if interface in highest
    }


def symbols(elf: object, dynamic: Any) -> Iterator[Symbol]:
    """Yield the dynamic symbols: DT_SYMTAB and DT_VERSYM run in parallel, DT_STRTAB has the names."""
    _, table = dynamic.get_table_offset("DT_SYMTAB")
    _, versions = dynamic.get_table_offset("DT_VERSYM")
    count = dynamic.num_symbols()
    entries = struct.iter_unpack("<IBBHQQ", _bytes(elf, table, 24 * count))
    indexes = struct.unpack(f"<{count}H", _bytes(elf, versions, 2 * count)) if versions else (0,) * count
    _, offset = dynamic.get_table_offset("DT_STRTAB")
    strings = _bytes(elf, offset, number(dynamic, "DT_STRSZ"))
    for (name, _, _, section, _, _), version in zip(entries, indexes, strict=True):
        yield Symbol(strings[name : strings.index(b"\0", name)].decode("utf-8", "replace"), bool(section), version)


def number(dynamic: Any, tag: str) -> int:
    return next((int(found["d_val"]) for found in dynamic.iter_tags(tag)), 0)


def _bytes(elf: Any, offset: int, size: int) -> bytes:
    elf.stream.seek(offset)
    raw: bytes = elf.stream.read(size)
    return raw


def users(symbols: Iterable[Symbol], bound: Mapping[int, str]) -> dict[str, tuple[str, ...]]:
    """Map each needed version's name to the symbols that need it."""
    users: dict[str, list[str]] = {}
    for symbol in symbols:
        if symbol.version in bound:
            users.setdefault(bound[symbol.version], []).append(symbol.name)
    return {name: tuple(sorted(names)) for name, names in users.items()}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
