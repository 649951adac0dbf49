from __future__ import annotations

import ctypes
import importlib.util
import struct
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from elftools.elf.elffile import ELFFile

from deploy.inside.parts import Parts
from deploy.inside.trim.symbols import strip
from tests.deploy.inside.synthetic import tree

if TYPE_CHECKING:
    from collections.abc import Callable

SODIUM = "nacl/_sodium.abi3.so"
SHNUM, SHOFF = 60, 40  # where an ELF header has e_shnum and e_shoff


def extension(module: str) -> bytes:
    """Return an extension module as its wheel brought it, with its symbols."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_bytes()


def stripped(content: bytes) -> bytes:
    after = strip(tree({"a.so": content}), Parts({})).change["a.so"]
    assert after is not None
    return after


def segments(content: bytes) -> list[tuple[Any, bytes]]:
    """Return every program header and the bytes that it covers, but for the ELF header, which counts the sections."""
    elf: Any = ELFFile(BytesIO(content))
    return [
        (dict(each.header), content[max(64, each["p_offset"]) : each["p_offset"] + each["p_filesz"]])
        for each in elf.iter_segments()
    ]


def section(content: bytes, name: str) -> tuple[int, dict[str, int]]:
    """Return where the header of a section is in a file, and its fields."""
    elf: Any = ELFFile(BytesIO(content))
    index = elf.get_section_index(name)
    return elf["e_shoff"] + index * elf["e_shentsize"], dict(elf.get_section(index).header)


@pytest.mark.parametrize("module", ["nacl._sodium", "yaml._yaml", "_cffi_backend"])
def test_what_a_loader_reads_stays_byte_for_byte_and_the_rest_goes(module: str, tmp_path: Path) -> None:
    before = extension(module)
    after = stripped(before)
    assert len(after) < len(before)
    assert segments(after) == segments(before)
    names = [each.name for each in ELFFile(BytesIO(after)).iter_sections()]
    assert not [name for name in names if name in {".symtab", ".strtab", ".comment"} or name.startswith(".debug")]
    (tmp_path / "a.so").write_bytes(after)
    ctypes.CDLL(str(tmp_path / "a.so"))


def test_the_sections_that_stay_are_as_they_were() -> None:
    before = extension("nacl._sodium")
    old: Any = ELFFile(BytesIO(before))
    new: Any = ELFFile(BytesIO(stripped(before)))
    for each in new.iter_sections():
        same = old.get_section_by_name(each.name)
        if each.name != ".shstrtab":
            assert each.data() == same.data(), each.name
        for reference in ("sh_link", "sh_info"):
            if reference == "sh_link" or each["sh_flags"] & 0x40:
                assert new.get_section(each[reference]).name == old.get_section(same[reference]).name, each.name


def test_what_is_stripped_changes_no_more() -> None:
    once = stripped(extension("nacl._sodium"))
    assert strip(tree({"a.so": once}), Parts({})).change == {}


def test_a_library_of_another_processor_is_taken_as_any_other() -> None:
    content = bytearray(extension("yaml._yaml"))
    struct.pack_into("<H", content, 18, 183)
    assert len(stripped(bytes(content))) == len(stripped(extension("yaml._yaml")))


def patched() -> bytes:
    """Return a library whose last segment lies behind its section headers, as patchelf leaves it."""
    before = bytearray(extension("nacl._sodium"))
    end = len(before) + -len(before) % 4096
    elf: Any = ELFFile(BytesIO(bytes(before)))
    gnu_stack = next(index for index, each in enumerate(elf.iter_segments()) if each["p_type"] == "PT_GNU_STACK")
    before += bytes(end - len(before)) + b"patched".ljust(4096, b"!")
    struct.pack_into(
        "<IIQQQQQQ", before, elf["e_phoff"] + gnu_stack * 56, 1, 4, end, 1 << 40, 1 << 40, 4096, 4096, 4096
    )
    return bytes(before)


def test_segments_behind_debug_sections_do_not_move() -> None:
    """Patchelf puts a new segment at the end of a file: what goes before it leaves zeros."""
    before = patched()
    after = stripped(before)
    assert segments(after) == segments(before)
    gone = section(before, ".symtab")[1]
    assert before[gone["sh_offset"] :][: gone["sh_size"]].strip(b"\0")
    assert not after[gone["sh_offset"] :][: gone["sh_size"]].strip(b"\0")


def test_a_library_that_was_patched_does_not_grow_and_can_still_be_taken_apart() -> None:
    before = patched()
    after = stripped(before)
    assert len(after) <= len(before)
    old: Any = ELFFile(BytesIO(before))
    new: Any = ELFFile(BytesIO(after))
    assert (new["e_shoff"], new.num_sections() < old.num_sections()) == (old["e_shoff"], True)
    for each in new.iter_sections():
        same = old.get_section_by_name(each.name)
        assert each["sh_offset"] == same["sh_offset"], each.name
        assert each.name == ".shstrtab" or each.data() == same.data()
    assert strip(tree({"a.so": after}), Parts({})).change == {}


def _payload(content: bytearray) -> None:
    content += b"an archive that the library reads out of its own file"


def _reference(content: bytearray) -> None:
    """Let a section that stays refer to the symbols."""
    index = ELFFile(BytesIO(bytes(content))).get_section_index(".symtab")
    struct.pack_into("<I", content, section(bytes(content), ".text")[0] + 40, index)


def _big_endian(content: bytearray) -> None:
    content[5] = 2


def _too_many_sections(content: bytearray) -> None:
    struct.pack_into("<H", content, SHNUM, 0xFF00)


def _cut(content: bytearray) -> None:
    del content[len(content) // 2 :]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_payload, "it holds bytes that belong to no section"),
        (_reference, "its section .text refers to them"),
        (_big_endian, "it is not of a processor that Lambda has"),
        (_too_many_sections, "it is damaged"),
        (_cut, "it is damaged"),
    ],
)
def test_a_library_that_cannot_be_taken_apart_for_sure_keeps_all_of_it(
    damage: Callable[[bytearray], None], why: str
) -> None:
    content = bytearray(extension("nacl._sodium"))
    damage(content)
    result = strip(tree({SODIUM: bytes(content), "fine.so": extension("yaml._yaml")}), Parts({}))
    assert (list(result.change), result.kept) == (["fine.so"], {SODIUM: why})


def test_a_library_without_section_headers_is_left_as_it_is() -> None:
    content = bytearray(extension("nacl._sodium"))
    struct.pack_into("<H", content, SHNUM, 0)
    struct.pack_into("<Q", content, SHOFF, 0)
    assert strip(tree({"a.so": bytes(content)}), Parts({})).change == {}


def test_what_only_has_the_name_of_a_library_is_left_alone() -> None:
    result = strip(tree({"a.so": "a linker script", "b.py": ""}), Parts({}))
    assert (result.change, result.kept) == ({}, {})
