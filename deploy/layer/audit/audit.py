"""The static audit of a layer: everything that its bytes alone can tell. It reads the zip, never a build directory.

`audit` judges one layer, `audit_together` those that one function has. Both return all faults, in the order of the
room's docstring: the first ones explain most.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from ...errors import Fault
from ...inside import unpack
from ...inside.trim.apply import SOURCELESS
from . import archive, bytecode, limits, natives, wheels
from . import files as own_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from zipfile import ZipInfo

    from ...settings import Bytecode
    from ..values import BuiltLayer
    from . import elf


@dataclass(frozen=True)
class Audit:
    """What was found in one layer: faults, shared objects in the zip's order, and remarks that refuse nothing.

    `lacking` are libraries that shared objects need and nobody has, by the path of the one that needs it, `foreign`
    those of no system, of another one where a distribution has no others beside, and bytecode of another Python:
    faults, unless trying shows that nothing needs them. `newer` are libraries that need more than the runtime has, in
    wheels that are for any system: faults where an import loads one, by its path. `can_be_tried` tells whether its
    files can be had and safely unpacked.
    """

    faults: tuple[Fault, ...]
    shared: tuple[elf.SharedObject, ...] = ()
    remarks: tuple[str, ...] = ()
    lacking: tuple[tuple[str, Fault], ...] = ()
    foreign: tuple[Fault, ...] = ()
    newer: tuple[tuple[str, Fault], ...] = ()
    can_be_tried: bool = True

    @property
    def untried(self) -> tuple[Fault, ...]:
        """What is a fault as long as nothing was tried."""
        return (*(fault for _, fault in (*self.lacking, *self.newer)), *self.foreign)


def audit(built: BuiltLayer, beside: Collection[str] = ()) -> tuple[Fault, ...]:
    """Return every fault of one layer; `beside` are the file names of the layers it is used with."""
    found = inspect(built, beside)
    return (*found.faults, *found.untried)


def inspect(built: BuiltLayer, beside: Collection[str] = ()) -> Audit:
    """Audit one layer and keep what was learnt of its shared objects."""
    try:
        with ZipFile(built.zip) as zipped:
            return _inspect(built, zipped, beside)
    except (BadZipFile, EOFError, zlib.error) as error:
        cure = "build it with --no-cache"
        fault = Fault(str(built.zip), f"is not a zip that can be read: {error}", cure=cure)
        return Audit((fault,), can_be_tried=False)


def audit_together(where: str, layers: Sequence[BuiltLayer], code: int = 0) -> tuple[Fault, ...]:
    """Return every fault of layers that one function has together; `code` is its own size in bytes, unzipped."""
    return (*collisions(layers), *limits.exceeded_together(where, layers, code))


def collisions(layers: Sequence[BuiltLayer]) -> tuple[Fault, ...]:
    """Return the paths that several layers have: in /opt the last layer's file hides those of the others.

    The same file in both is fine, as the `__init__` of a namespace package that distributions of both share is one.
    """
    counts = Counter(path for layer in layers for path in names(layer))
    held = [_digests(layer, sorted(path for path in names(layer) if counts[path] > 1)) for layer in layers]
    owners: dict[str, int] = {}
    faults: list[Fault] = []
    for number, digests in enumerate(held):
        for path, digest in digests.items():
            other = owners.get(path)
            if other is not None and held[other][path] != digest:
                faults.append(_collision(path, layers[other].spec.layer.name, layers[number].spec.layer.name))
            owners[path] = number
    return tuple(faults)


def _digests(layer: BuiltLayer, paths: Sequence[str]) -> dict[str, str]:
    """Return the sha256 of files of a layer, by path; "" where one is damaged, which `audit` says."""
    if not paths:
        return {}
    with ZipFile(layer.zip) as zipped:
        return {path: _digest(zipped, path) for path in paths}


def _digest(zipped: ZipFile, path: str) -> str:
    try:
        return hashlib.sha256(unpack.content(zipped, path)).hexdigest()
    except (BadZipFile, EOFError, zlib.error):
        return ""


def names(layer: BuiltLayer) -> frozenset[str]:
    """Return the paths of a layer's files; none where its zip cannot be read, which `audit` says."""
    try:
        with ZipFile(layer.zip) as zipped:
            return frozenset(entry.filename for entry in zipped.infolist() if not entry.is_dir())
    except BadZipFile:
        return frozenset()


def _collision(path: str, first: str, second: str) -> Fault:
    return Fault(
        f"{first} and {second}: {path}",
        "is in both layers, and not the same",
        cause="all layers are unpacked into /opt in attach order, and the last one wins",
        cure="put what shares a path into one layer, or leave it out of one with the trim rule `exclude`",
    )


def _inspect(built: BuiltLayer, zipped: ZipFile, beside: Collection[str]) -> Audit:
    entries = zipped.infolist()
    sizes = limits.Sizes.of(built.zip)
    own = {each.path for each in built.report.own_files}
    owner = partial(natives.owner, built)
    faults = (*limits.exceeded(built, sizes), *archive.faults(built.spec.layer.name, entries, own, owner))
    remarks = (*limits.remarks(built, sizes), *wheels.remarks(built))
    if sizes.unzipped > limits.UNZIPPED or not all(map(archive.is_readable, entries)):
        return Audit(faults, remarks=remarks, can_be_tried=False)  # no further: it may be a bomb
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    reads = partial(unpack.content, zipped)
    metadata = {path: reads(path) for path in files if wheels.is_metadata(path)}
    stale = [natives.located(built, fault, own) for fault in _stale(built, files, reads)]
    alien = (natives.located(built, fault, own) for fault in bytecode.alien(built.spec.runtime, files, reads))
    found = natives.read(built, zipped, files, own, beside)
    return Audit(
        faults=(
            *faults,
            *wheels.faults(built, set(files), metadata),
            *own_files.faults(built, files, reads),
            *stale,
            *found.faults,
        ),
        shared=found.shared,
        remarks=(*remarks, *archive.remarks(built.spec.layer.name, entries), *found.remarks),
        lacking=found.lacking,
        foreign=(*found.foreign, *alien),
        newer=found.newer,
        can_be_tried=archive.is_harmless(entries),
    )


def _stale(built: BuiltLayer, files: Mapping[str, ZipInfo], read: Callable[[str], bytes]) -> Iterable[Fault]:
    uncompiled = {f"python/{path}" for path in built.report.uncompiled}
    reading = {name for name, rules in built.spec.withdrawn.items() if SOURCELESS in rules}

    def policy(path: str) -> Bytecode:
        return "unchecked-hash" if reading and natives.owner(built, path) in reading else built.spec.layer.bytecode

    return bytecode.faults(built.spec.runtime, policy, files, read, uncompiled)
