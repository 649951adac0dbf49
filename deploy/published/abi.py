"""What binds a file to a Python or to a machine: the header of bytecode, the needs of a shared object."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..runtimes.table import PYTHONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOADED = re.compile(r"\.(so(\.[0-9]+)*|dylib|pyd|dll)$", re.IGNORECASE)
_ELF = b"\x7fELF"
_CHECKS = {0: "timestamp", 1: "unchecked-hash", 3: "checked-hash"}


@dataclass(frozen=True)
class MachineCode:
    """A file for a loader: its machine, and the highest version that it needs of GLIBC, GLIBCXX, CXXABI and GCC.

    Of what is not for Linux, or damaged, `machine` says that.
    """

    machine: str
    needs: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join([self.machine, *(f"{name}_{version}" for name, version in self.needs.items())])


def native(path: str, data: bytes) -> MachineCode | None:
    """Read what a file needs of the machine that loads it; None for one that nothing loads."""
    if not (data.startswith(_ELF) or _LOADED.search(path)):
        return None
    from ..layer.audit import elf

    found = elf.read(path, data)
    return MachineCode(found.machine, found.needs) if isinstance(found, elf.SharedObject) else MachineCode(found.what)


def bytecode(path: str, data: bytes) -> str:
    r"""Say how a .pyc is checked, and by which Python it was compiled; nothing for any other file.

    PEP 552 (https://peps.python.org/pep-0552/): the magic number, then a word of flags.

    >>> bytecode("a.pyc", (3495).to_bytes(2, "little") + b"\r\n" + bytes([1, 0, 0, 0]))
    'unchecked-hash, Python 3.11'
    """
    if not path.endswith(".pyc"):
        return ""
    magic, flags = int.from_bytes(data[:2], "little"), int.from_bytes(data[4:8], "little")
    python = f"Python {PYTHONS[magic]}" if magic in PYTHONS else f"magic number {magic}"
    return f"{_CHECKS.get(flags, 'unknown check')}, {python}"
