"""What became of a layer's bytecode as it was imported, by what each subject's process says of its own files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ...errors import Fault
from ...terminal.characters import in_one_line
from .look import bytecode
from .tree import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...inside.look.values import Account, Subject

REBUILD = "build the layer again with --no-cache"


@dataclass(frozen=True)
class ImportedBytecode:
    """The subjects of a look, and the paths of sources that have no bytecode."""

    subjects: Sequence[Subject]
    uncompiled: frozenset[str]

    def faults(self, subject: Subject, account: Account) -> Iterator[Fault]:
        """Yield what is wrong with files of a subject, and with those that are no subject's, as its process says."""
        found = bytecode(account)
        for path in found.compiled:
            excused = any(path.endswith(f"/python/{each}") for each in self.uncompiled)
            if not excused and (where := self._where(path, path, subject)):
                what = f"was compiled at import of {subject.top}"
                yield Fault(where, what, "its bytecode is absent or not accepted", REBUILD)
        for path, name in found.misnamed:
            if where := self._where(path, source_of(path), subject):
                what = f"names its source {in_one_line(name)}, not below /opt/python"
                yield Fault(where, what, "it was compiled in another place", REBUILD)

    def _where(self, path: str, source: str, subject: Subject) -> str:
        """Name a file, and who says so where it is no subject's; "" for another one's, which speaks of it itself."""
        parts = source.split("/python/")
        below = ("/python/".join(parts[at:]) for at in range(1, len(parts)))
        owner = next((self._owners[each] for each in below if each in self._owners), "")
        return {subject.key: path, "": f"{subject.key}: {in_one_line(path)}"}.get(owner, "")

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        """Whose each module's file is, by its path below python/."""
        return {
            f"{module.replace('.', '/')}{ending}": subject.key
            for subject in self.subjects
            for module in subject.modules
            for ending in (".py", "/__init__.py")
        }
