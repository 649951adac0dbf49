"""A layer's shared objects, read from their bytes, against what the runtime has."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ..errors import Fault
from ..inside import unpack
from ..layer.audit import elf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..published.contents import HeldFile
    from ..published.known import Known
    from ..runtimes.base_images import Base

INTERFACES = ("GLIBC", "GLIBCXX", "CXXABI", "GCC")
_DAMAGED = elf.SharedObject(path="", machine="", needs={}, users={}, libraries=(), initialises=())


@dataclass(frozen=True, kw_only=True)
class Library:
    """A file that a loader loads: the highest version that it needs of each interface, and the libraries.

    `symbols` are those that make it need its GLIBC. `misfits` say what the runtime cannot give it; None where
    nothing is known of the runtime. `loaded` tells whether it was loaded when the layer was verified, None where
    that is not known.
    """

    path: str
    package: str
    size: int
    machine: str
    needs: Mapping[str, str]
    symbols: tuple[str, ...]
    libraries: tuple[str, ...]
    misfits: tuple[str, ...] | None
    loaded: bool | None

    @property
    def fits(self) -> bool:
        return self.misfits == ()


@dataclass(frozen=True)
class Judge:
    """Reads a layer's shared objects; `base` is the Linux under the runtime, None where it is not known."""

    layer: Known
    base: Base | None
    architecture: str

    def libraries(self) -> tuple[Library, ...]:
        """Return every shared object of the layer, by path."""
        return tuple(self._library(path, found) for path, found in sorted(self._found(), key=lambda each: each[0]))

    def _found(self) -> Iterator[tuple[str, elf.SharedObject | Fault]]:
        with ZipFile(io.BytesIO(self.layer.layer.content)) as archive:
            for path in self._files:
                if elf.is_candidate(path, data := unpack.content(archive, path)):
                    yield path, elf.read(path, data)

    def _library(self, path: str, found: elf.SharedObject | Fault) -> Library:
        shared = _DAMAGED if isinstance(found, Fault) else found
        return Library(
            path=path,
            package=self._files[path].owner,
            size=self._files[path].size,
            machine=shared.machine,
            needs=shared.needs,
            symbols=shared.users.get(f"GLIBC_{shared.needs.get('GLIBC')}", ()),
            libraries=shared.libraries,
            misfits=(found.what,) if isinstance(found, Fault) else self._misfits(found),
            loaded=self._loaded.get(path),
        )

    def _misfits(self, found: elf.SharedObject) -> tuple[str, ...] | None:
        if self.base is None:
            return None
        return tuple(fault.what for fault in elf.misfits(found, self.base, self.architecture, self._beside))

    @property
    def _files(self) -> Mapping[str, HeldFile]:
        return self.layer.contents.files

    @cached_property
    def _beside(self) -> frozenset[str]:
        return frozenset(path.rpartition("/")[2] for path in self._files)

    @cached_property
    def _loaded(self) -> Mapping[str, bool]:
        evidence = self.layer.verification.shared_objects if self.layer.verification else ()
        return {each.path: each.loaded for each in evidence}
