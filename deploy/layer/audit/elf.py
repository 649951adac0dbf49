"""What a shared object asks of the machine that loads it, read from its bytes, against what the runtime has.

A container of the runtime image proves this only where it is the real image and runs the layer's architecture;
the bytes prove it everywhere.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from elftools.common.exceptions import ELFError
from elftools.construct import ConstructError
from elftools.elf.elffile import ELFFile

from ...errors import Fault
from ...invocation import advised
from ...runtimes.table import BASES
from . import dynamic_segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ...runtimes.base_images import Base

MAGIC = b"\x7fELF"
_BITS = 64
_FOREIGN = {
    b"\xcf\xfa\xed\xfe": "a macOS library (Mach-O)",
    b"\xce\xfa\xed\xfe": "a macOS library (Mach-O)",
    b"\xca\xfe\xba\xbe": "a macOS library (Mach-O, universal)",
    b"MZ": "a Windows library (PE)",
}
_SYSTEMS = {magic: "Windows" if magic == b"MZ" else "macOS" for magic in _FOREIGN}
# What follows is the number of machines, and in a Java class its version, which began here: JVM specification, 4.1.
_OLDEST_CLASS = 45
# A program that is static and may lie anywhere: DF_1_PIE of elf.h.
_PIE = 0x08000000
_SHARED = re.compile(r"\.so(\.[0-9]+)*$")
_OTHER_SYSTEMS = re.compile(r"\.(dylib|pyd|dll)$", re.IGNORECASE)
_MACHINES = {"EM_X86_64": "x86_64", "EM_AARCH64": "arm64", "EM_386": "i386", "EM_ARM": "32-bit ARM"}
# pyelftools reports a damaged file by whichever of these its parser stumbles over first.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
# What loads programs: the ABIs of x86-64 (gitlab.com/x86-psABIs) and of AArch64 (github.com/ARM-software/abi-aa).
_LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}
_STATIC = "build it in the runtime image, or link it statically"
_MANYLINUX = "lock a manylinux wheel, which brings its own libraries"
_BRING = "bring it: `files: {lib/: FOLDER}` of the layer; or lock a wheel that has its own"
_SYSTEM = "the wheel expects it from the system, of which a function has less than the image"


@dataclass(frozen=True, kw_only=True)
class SharedObject:
    """An ELF file: `needs` is the highest version of each interface, `users` the symbols bound to a version.

    `is_program` tells that it can be run, `loader` is the path of what then loads it, empty for one that is static.
    """

    path: str
    machine: str
    needs: Mapping[str, str]
    users: Mapping[str, tuple[str, ...]]
    libraries: tuple[str, ...]
    initialises: tuple[str, ...]
    is_program: bool = False
    loader: str = ""


def is_candidate(path: str, data: bytes) -> bool:
    """Tell whether a file is, or claims by its name to be, something that a loader loads."""
    return data.startswith(MAGIC) or bool(_SHARED.search(path) or _OTHER_SYSTEMS.search(path))


def is_foreign(data: bytes) -> bool:
    """Tell a file of macOS by its first bytes, whatever it is called; Java's classes begin like a universal one."""
    universal = data.startswith(b"\xca\xfe\xba\xbe") and int.from_bytes(data[4:8]) < _OLDEST_CLASS
    return universal or data.startswith((b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"))


def system(data: bytes) -> str:
    """Name the other system that a library is for; nothing for an ELF file, or one that is damaged."""
    return next((name for magic, name in _SYSTEMS.items() if data.startswith(magic)), "")


def is_library(path: str) -> bool:
    """Tell by its name whether a program could load the file, rather than run it."""
    return bool(_SHARED.search(path))


def read(path: str, data: bytes) -> SharedObject | Fault:
    """Read an ELF file, or say why it is none that Linux could load."""
    if not data.startswith(MAGIC) or _OTHER_SYSTEMS.search(path):
        kind = next((name for magic, name in _FOREIGN.items() if data.startswith(magic)), "not an ELF file")
        return Fault(
            path, f"is {kind}", "a wheel for another system was locked", f"lock the Linux wheel: {advised('lock')}"
        )
    try:
        return _read(path, ELFFile(BytesIO(data)))
    except (ELFError, ConstructError, struct.error, *_STUMBLES) as error:
        return Fault(path, f"is a damaged ELF file: {error}", "the wheel is broken", "lock another version of it")


def misfits(
    shared: SharedObject, base: Base, architecture: str, beside: Collection[str], holder: str = "the layer"
) -> Iterator[Fault]:
    """Yield what the runtime cannot give this file; `beside` are the file names that it is used with.

    `holder` is what it is said to be in.
    """
    yield from unfit(shared, base, architecture, holder)
    if shared.machine == architecture:
        yield from lacking(shared, base, beside, holder)


def unfit(shared: SharedObject, base: Base, architecture: str, holder: str = "the layer") -> Iterator[Fault]:
    """Yield why nothing on this base can load this shared object: its architecture, the versions that it needs."""
    if shared.machine != architecture:
        yield Fault(
            shared.path,
            f"is for {shared.machine}; {holder} is for {architecture}",
            cause="a wheel for another architecture was installed",
            cure="install inside the runtime image of the layer's architecture",
        )
        return
    for interface, version in shared.needs.items():
        if dynamic_segment.numbers(version) > dynamic_segment.numbers(base.versions.get(interface, "0")):
            yield _too_new(shared, base, interface, version)


def lacking(shared: SharedObject, base: Base, beside: Collection[str], holder: str = "the layer") -> Iterator[Fault]:
    """Yield what this file is loaded by, or needs, and nobody has; `beside` are the file names that it is used with."""
    if shared.is_program and shared.loader not in {"", _LOADERS.get(shared.machine, "")}:
        cause = "it was built for another Linux than Lambda's"
        yield Fault(shared.path, f"is run by {shared.loader}, which {base.name} has not", cause, _STATIC)
    for library in shared.libraries:
        if library not in base.libraries and library not in beside:
            musl = "musl" in library
            yield Fault(
                shared.path,
                f"needs {library}, which neither {holder} nor {base.name} has",
                cause="a musllinux wheel was locked" if musl else _SYSTEM,
                cure=_MANYLINUX if musl else _BRING,
            )


def _too_new(shared: SharedObject, base: Base, interface: str, version: str) -> Fault:
    name = f"{interface}_{version}"
    symbols = ", ".join(shared.users.get(name, ())[:3])
    return Fault(
        shared.path,
        f"needs {name}{f' ({symbols})' if symbols else ''}; {base.name} has {interface}_{base.versions[interface]}",
        cause=f"it was built on a newer Linux than {base.name}, whatever its wheel's name says",
        cure=f"lock an older version, or one whose files are for manylinux_2_{base.glibc_minor} or older: "
        f"{advised('lock')}; {_newer_runtime(shared, base)}"
        "or leave the file out with the trim rule `exclude`, where nothing needs it",
    )


def _newer_runtime(shared: SharedObject, base: Base) -> str:
    """Name the first runtime that has what the file needs; nothing where none has."""
    for name, newer in BASES.items():
        if newer.glibc_minor > base.glibc_minor and not list(unfit(shared, newer, shared.machine)):
            return f"or take {newer.name}, `runtime: {name}`; "
    return ""


def _read(path: str, elf: Any) -> SharedObject:
    machine = _MACHINES.get(elf["e_machine"], str(elf["e_machine"]))
    dynamic = next(iter(elf.iter_segments("PT_DYNAMIC")), None)
    loader = next((each.get_interp_name() for each in elf.iter_segments("PT_INTERP")), "")
    is_program = elf["e_type"] == "ET_EXEC" or bool(loader and not is_library(path))
    if dynamic is None or elf.elfclass != _BITS:
        return SharedObject(
            path=path,
            machine=machine,
            needs={},
            users={},
            libraries=(),
            initialises=(),
            is_program=is_program,
            loader=loader,
        )
    bound = dynamic_segment.bound(elf, dynamic)
    symbols = list(dynamic_segment.symbols(elf, dynamic))
    return SharedObject(
        path=path,
        machine=machine,
        needs=dynamic_segment.highest(bound.values()),
        users=dynamic_segment.users(symbols, bound),
        libraries=tuple(tag.needed for tag in dynamic.iter_tags("DT_NEEDED")),
        initialises=tuple(symbol.name.partition("_")[2] for symbol in symbols if symbol.is_initialiser),
        is_program=is_program or bool(dynamic_segment.number(dynamic, "DT_FLAGS_1") & _PIE),
        loader=loader,
    )
