"""What shared objects ask for: a real extension module, its headers and version names edited."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.errors import Fault
from deploy.layer.audit import dynamic_segment, elf
from deploy.runtimes.table import BASES
from tests.deploy.layer.synthetic import EXTENSION
from tests.lanes import examples

if TYPE_CHECKING:
    from collections.abc import Collection

REAL = EXTENSION.read_bytes()
PATH = "python/yaml/_yaml.cpython-311-x86_64-linux-gnu.so"
AARCH64 = struct.pack("<H", 183)


def read(data: bytes) -> elf.SharedObject:
    found = elf.read(PATH, data)
    assert isinstance(found, elf.SharedObject)
    return found


def misfits(data: bytes, architecture: str = "x86_64", beside: Collection[str] = ()) -> list[Fault]:
    return list(elf.misfits(read(data), BASES["python3.11"], architecture, beside))


def renamed(old: bytes, new: bytes) -> bytes:
    """Rename a string of the dynamic string table in place."""
    assert len(old) == len(new)
    assert old + b"\0" in REAL
    return REAL.replace(old + b"\0", new + b"\0")


def test_a_real_extension_module_is_read() -> None:
    found = read(REAL)
    assert found.machine == "x86_64"
    assert found.initialises == ("_yaml",)
    assert "libc.so.6" in found.libraries
    assert found.needs == {"GLIBC": "2.14"}
    assert "memcpy" in found.users["GLIBC_2.14"]
    assert misfits(REAL) == []


def test_a_wheel_for_a_newer_glibc_is_refused_with_the_symbol_that_needs_it() -> None:
    (fault,) = misfits(renamed(b"GLIBC_2.14", b"GLIBC_2.33"))
    assert fault.what == "needs GLIBC_2.33 (memcpy); Amazon Linux 2 has GLIBC_2.26"
    assert fault.cause == "it was built on a newer Linux than Amazon Linux 2, whatever its wheel's name says"
    assert "or take Amazon Linux 2023, `runtime: python3.12`" in fault.cure


def test_no_runtime_is_named_where_none_has_what_the_file_needs() -> None:
    (fault,) = misfits(renamed(b"GLIBC_2.14", b"GLIBC_2.99"))
    assert "runtime:" not in fault.cure


@pytest.mark.parametrize("newest", [b"GLIBC_2.26", b"GLIBC_2.09"])
def test_what_the_runtime_just_has_is_accepted(newest: bytes) -> None:
    assert misfits(renamed(b"GLIBC_2.14", newest)) == []


def test_versions_are_compared_as_numbers() -> None:
    (fault,) = misfits(renamed(b"GLIBC_2.14", b"GLIBC_2.9999"[:10]))
    assert "needs GLIBC_2.99" in fault.what


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GLIBCXX_3.4.25", "needs GLIBCXX_3.4.25; Amazon Linux 2 has GLIBCXX_3.4.24"),
        ("CXXABI_1.3.12", "needs CXXABI_1.3.12; Amazon Linux 2 has CXXABI_1.3.11"),
        ("GCC_12.0.0", "needs GCC_12.0.0; Amazon Linux 2 has GCC_7.0.0"),
        ("GLIBC_ABI_DT_RELR", "needs GLIBC_2.36; Amazon Linux 2 has GLIBC_2.26"),
    ],
)
def test_every_interface_is_compared(name: str, expected: str) -> None:
    shared = elf.SharedObject(
        path=PATH, machine="x86_64", needs=dynamic_segment.highest([name]), users={}, libraries=(), initialises=()
    )
    (fault,) = elf.misfits(shared, BASES["python3.11"], "x86_64", ())
    assert fault.what == expected


def test_a_later_runtime_stands_on_a_newer_linux() -> None:
    shared = elf.SharedObject(
        path=PATH,
        machine="x86_64",
        needs={"GLIBC": "2.34", "GLIBCXX": "3.4.29"},
        users={},
        libraries=(),
        initialises=(),
    )
    assert list(elf.misfits(shared, BASES["python3.13"], "x86_64", ())) == []
    assert len(list(elf.misfits(shared, BASES["python3.11"], "x86_64", ()))) == 2
    old = replace(shared, needs={}, libraries=("libcrypt.so.1", "libpython3.11.so.1.0"))
    assert list(elf.misfits(old, BASES["python3.11"], "x86_64", ())) == []
    assert len(list(elf.misfits(old, BASES["python3.13"], "x86_64", ()))) == 2


def test_another_architecture_is_refused() -> None:
    (fault,) = misfits(REAL[:18] + AARCH64 + REAL[20:])
    assert fault.what == "is for arm64; the layer is for x86_64"
    assert misfits(REAL[:18] + AARCH64 + REAL[20:], architecture="arm64") == []


def test_a_32_bit_library_is_refused() -> None:
    header = elf.MAGIC + bytes([1, 1, 1]) + bytes(9)
    header += struct.pack("<HHIIIIIHHHHHH", 3, 3, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    dynamic = struct.pack("<IIIIIIII", 2, 84, 84, 84, 8, 8, 6, 4) + bytes(8)
    (fault,) = misfits(header + dynamic)
    assert fault.what == "is for i386; the layer is for x86_64"


def test_a_library_that_nobody_has_is_refused() -> None:
    data = renamed(b"libc.so.6", b"libX.so.6")
    (fault,) = misfits(data)
    assert fault.what == "needs libX.so.6, which neither the layer nor Amazon Linux 2 has"
    assert fault.cause.endswith("of which a function has less than the image")
    assert misfits(data, beside={"libX.so.6"}) == []


def test_a_musl_wheel_is_called_by_its_name() -> None:
    shared = elf.SharedObject(
        path=PATH, machine="x86_64", needs={}, users={}, libraries=("libc.musl-x86_64.so.1",), initialises=()
    )
    (fault,) = elf.misfits(shared, BASES["python3.11"], "x86_64", ())
    assert fault.cause == "a musllinux wheel was locked"


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("python/a.so", b"\xcf\xfa\xed\xfe", "is a macOS library (Mach-O)"),
        ("python/a.so", b"MZ\x90", "is a Windows library (PE)"),
        ("python/a.so", b"GROUP ( libc.so.6 )", "is not an ELF file"),
        ("python/a.dylib", b"\xca\xfe\xba\xbe", "is a macOS library (Mach-O, universal)"),
        ("python/a.pyd", b"MZ\x90", "is a Windows library (PE)"),
        ("python/a.DLL", b"MZ\x90", "is a Windows library (PE)"),
        ("python/a.libs/liba-1234.so.2.1", b"", "is not an ELF file"),
    ],
)
def test_a_library_of_another_system_is_refused(path: str, head: bytes, expected: str) -> None:
    assert elf.is_candidate(path, head[:4])
    found = elf.read(path, head)
    assert isinstance(found, Fault)
    assert found.what == expected


def test_an_elf_file_is_found_under_any_name_and_other_files_are_left_alone() -> None:
    assert elf.is_candidate("bin/tool", elf.MAGIC)
    assert not elf.is_candidate("python/tiny/data.json", b"{}")
    assert not elf.is_candidate("python/tiny/so", b"x")


def test_stripped_section_headers_hide_nothing() -> None:
    header = bytearray(renamed(b"GLIBC_2.14", b"GLIBC_2.33"))
    header[0x28:0x30] = bytes(8)  # e_shoff
    header[0x3C:0x40] = bytes(4)  # e_shnum, e_shstrndx
    (fault,) = misfits(bytes(header))
    assert "needs GLIBC_2.33" in fault.what


def test_a_version_table_without_an_end_is_read_to_its_last_entry() -> None:
    verneednum = struct.pack("<Q", 0x6FFFFFFF)
    at = REAL.index(verneednum, REAL.index(struct.pack("<Q", 0x6FFFFFFE))) + 8
    data = REAL[:at] + struct.pack("<Q", 2**62) + REAL[at + 8 :]
    assert read(data).needs == {"GLIBC": "2.14"}


@settings(max_examples=examples(150), deadline=None)
@given(st.integers(0, 4096), st.binary(min_size=1, max_size=8), st.just(len(REAL)) | st.integers(64, len(REAL)))
def test_a_damaged_file_is_a_fault_and_never_an_accident(at: int, noise: bytes, length: int) -> None:
    data = bytearray(REAL[:length])
    data[at : at + len(noise)] = noise
    assert isinstance(elf.read(PATH, bytes(data)), elf.SharedObject | Fault)
