"""A shared object without the sections that debuggers and linkers read: what the trim rule `debug-symbols` makes.

The dynamic loader goes by the program headers and reads no section. So the program headers and every byte that one of
them covers stay where they are, and only what lies around them goes. It is work on bytes: it needs no tool, and takes
a library of any processor on any machine. The format is https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_64_BIT_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
_SYMTAB, _STRTAB, _RELA, _NOBITS, _REL, _SYMTAB_SHNDX = 2, 3, 4, 8, 9, 18  # sh_type
_ALLOC, _INFO_LINK = 0x2, 0x40  # sh_flags
_FOR_DEBUGGERS = re.compile(
    rb"\.(z?debug|gnu\.debuglto_|gnu\.linkonce\.wi\.|stab|line$|gdb_index$|gnu_debug|comment$|gnu\.build\.attributes)"
)


class NotStrippedError(Exception):
    """Why a library stays as it is."""


@dataclass(frozen=True)
class _Section:
    """A section header, sh_name resolved; `end` is where its bytes in the file end."""

    name: bytes
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int

    @property
    def end(self) -> int:
        return self.offset + (0 if self.kind == _NOBITS else self.size)

    @property
    def is_loaded(self) -> bool:
        return bool(self.flags & _ALLOC)

    @property
    def refers(self) -> tuple[int, ...]:
        """The indexes of the sections that this one refers to; 0 is none."""
        return (self.link, self.info if self.kind in {_REL, _RELA} or self.flags & _INFO_LINK else 0)


@dataclass(frozen=True)
class _Library:
    """A file, its ELF header, its sections, and the parts, as start and end, that stay byte for byte."""

    content: bytes
    header: tuple[int, ...]
    sections: tuple[_Section, ...]
    loaded: tuple[tuple[int, int], ...]

    @property
    def names(self) -> int:
        """The index of the section that holds the sections' names."""
        return self.header[13]

    @property
    def table(self) -> tuple[int, int]:
        """Where the section headers are."""
        return self.header[6], self.header[6] + len(self.sections) * _SECTION.size

    @property
    def end(self) -> int:
        return max(end for _, end in self.loaded)


def without_symbols(content: bytes) -> bytes:
    """Return a library without these sections; raise NotStrippedError where it has to stay as it is."""
    if not content.startswith(_64_BIT_LITTLE_ENDIAN):
        raise NotStrippedError("it is not of a processor that Lambda has")
    try:
        library = _read(content)
    except (struct.error, IndexError, ValueError) as error:
        raise NotStrippedError("it is damaged") from error
    gone = _gone(library)
    if not gone:
        return content
    if _has_more(library):
        raise NotStrippedError("it holds bytes that belong to no section")
    return _written(library, gone)


def _read(content: bytes) -> _Library:
    """Take a file apart; raise struct.error, IndexError or ValueError where it is not as its headers say."""
    header = _HEADER.unpack_from(content)
    offset, count, names = header[6], header[12], header[13]
    raw = [_SECTION.unpack_from(content, offset + index * _SECTION.size) for index in range(count)]
    if any(kind != _NOBITS and at + size > len(content) for _, kind, _, _, at, size, *_ in raw):
        raise IndexError
    texts = content[raw[names][4] : raw[names][4] + raw[names][5]] if raw else b""
    sections = tuple(_Section(texts[name : texts.index(b"\0", name)], *rest) for name, *rest in raw)
    return _Library(content, header, sections, tuple(_loaded(content, header, sections)))


def _loaded(content: bytes, header: tuple[int, ...], sections: Iterable[_Section]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a file that a loader may read."""
    offset, count = header[5], header[10]
    yield 0, _HEADER.size
    yield offset, offset + count * _SEGMENT.size
    for index in range(count):
        _, _, start, _, _, size, _, _ = _SEGMENT.unpack_from(content, offset + index * _SEGMENT.size)
        if start + size > len(content):
            raise IndexError
        yield start, start + size
    yield from ((each.offset, each.end) for each in sections if each.is_loaded)


def _gone(library: _Library) -> set[int]:
    """Return the indexes of the sections that only debuggers and linkers read."""
    others = {at: each for at, each in enumerate(library.sections) if not each.is_loaded and at != library.names}
    symbols = {at for at, each in others.items() if each.kind in {_SYMTAB, _SYMTAB_SHNDX}}
    texts = {others[at].link for at in symbols}
    gone = symbols | {at for at, each in others.items() if at in texts and each.kind == _STRTAB}
    gone |= {at for at, each in others.items() if _FOR_DEBUGGERS.match(each.name)}
    gone |= {at for at, each in others.items() if each.kind in {_REL, _RELA} and gone & set(each.refers)}
    for at, each in enumerate(library.sections):
        if at not in gone and gone & set(each.refers):
            raise NotStrippedError(f"its section {each.name.decode(errors='replace')} refers to them")
    return gone


def _has_more(library: _Library) -> bool:
    """Tell whether there is something behind the loaded parts that no header describes: a program may look there."""
    at = library.end
    parts = [library.table, *((each.offset, each.end) for each in library.sections)]
    for begin, end in [*sorted(parts), (len(library.content), len(library.content))]:
        if library.content[at:begin].strip(b"\0"):
            return True
        at = max(at, end)
    return False


def _written(library: _Library, gone: set[int]) -> bytes:
    """Write the file anew: the loaded parts in their places, then the sections that stay, then their headers.

    The headers and their names stay where they were, where something that is loaded lies behind them: patchelf puts
    it there, and both would only make the file longer.
    """
    stays = [at for at in range(len(library.sections)) if at not in gone]
    result = _blanked(library, gone)
    names = b"\0" + b"".join(dict.fromkeys(library.sections[at].name + b"\0" for at in stays))
    moved = []
    for at in stays:
        each = library.sections[at]
        if at == library.names:
            offset = _put(result, names, each.alignment, _place(library, gone, each.offset, each.end))
            each = replace(each, offset=offset, size=len(names))
        elif each.end > library.end and each.kind != _NOBITS:
            data = library.content[each.offset : each.end]
            result += bytes(-len(result) % max(each.alignment, 1))
            each = replace(each, offset=len(result))
            result += data
        moved.append(each)
    index = {0: 0} | {at: new for new, at in enumerate(stays)}
    headers = b"".join(_packed(each, names, index) for each in moved)
    table = _put(result, headers, 8, _place(library, gone, *library.table))
    header = library.header
    _HEADER.pack_into(result, 0, *header[:6], table, *header[7:12], len(stays), index[library.names])
    return bytes(result)


def _put(result: bytearray, data: bytes, alignment: int, place: int | None) -> int:
    """Write what is written anew to its place, or to the end where it has none; return where."""
    if place is None:
        result += bytes(-len(result) % max(alignment, 1)) + data
        return len(result) - len(data)
    result[place : place + len(data)] = data
    return place


def _place(library: _Library, gone: set[int], begin: int, end: int) -> int | None:
    """Return where something was, if that stays in the file and is nobody else's."""
    others = (first < end and begin < last for first, last in _kept(library, gone))
    return begin if end <= library.end and not any(others) else None


def _kept(library: _Library, gone: set[int]) -> list[tuple[int, int]]:
    """Return the parts that stay byte for byte, in their order; an empty one is nowhere."""
    kept = [each for at, each in enumerate(library.sections) if at not in {*gone, library.names}]
    return sorted(each for each in (*library.loaded, *((each.offset, each.end) for each in kept)) if each[0] < each[1])


def _blanked(library: _Library, gone: set[int]) -> bytearray:
    """Return the file to the end of its loaded parts; what goes from between them leaves zeros, as they do not move."""
    parts = _kept(library, gone)
    result = bytearray(library.content[: library.end])
    for start, end in [library.table, *((library.sections[at].offset, library.sections[at].end) for at in gone)]:
        at = start
        for first, last in [*parts, (library.end, library.end)]:
            if at < min(first, end):
                result[at : min(first, end)] = bytes(min(first, end) - at)
            at = max(at, last)
    return result


def _packed(section: _Section, names: bytes, index: dict[int, int]) -> bytes:
    _, by_info = section.refers
    return _SECTION.pack(
        names.index(b"\0" + section.name + b"\0") + 1 if section.name else 0,
        *(section.kind, section.flags, section.address, section.offset, section.size),
        index.get(section.link, 0),
        index[section.info] if by_info else section.info,
        *(section.alignment, section.entry_size),
    )
