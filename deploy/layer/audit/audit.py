"""The static audit of a layer: everything that its bytes alone can tell. It reads the zip, never a build directory.

`audit` judges one layer, `audit_together` those that one function has. Both return all faults, in the order of the
room's docstring: the first ones explain most.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from ...errors import Fault
from ...inside import unpack
from ...runtimes.table import BASES
from . import archive, bytecode, elf, foreign, limits, loading, wheels
from . import files as own_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from zipfile import ZipInfo

    from ..values import BuiltLayer


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
    """Return the paths that several layers have: in /opt the last layer's file hides those of the others."""
    owners: dict[str, str] = {}
    faults: list[Fault] = []
    for layer in layers:
        name = layer.spec.layer.name
        for path in sorted(names(layer)):
            if path in owners:
                faults.append(_collision(path, owners[path], name))
            owners[path] = name
    return tuple(faults)


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
        "is in both layers",
        cause="all layers are unpacked into /opt in attach order, and the last one wins",
        cure="put what shares a path into one layer, or leave it out of one with the trim rule `exclude`",
    )


def _inspect(built: BuiltLayer, zipped: ZipFile, beside: Collection[str]) -> Audit:
    entries = zipped.infolist()
    sizes = limits.Sizes.of(built.zip)
    own = {each.path for each in built.report.own_files}
    owner = partial(_owner, built)
    faults = (*limits.exceeded(built, sizes), *archive.faults(built.spec.layer.name, entries, own, owner))
    remarks = (*limits.remarks(built, sizes), *wheels.remarks(built))
    if sizes.unzipped > limits.UNZIPPED or not all(map(archive.is_readable, entries)):
        return Audit(faults, remarks=remarks, can_be_tried=False)  # no further: it may be a bomb
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    reads = partial(unpack.content, zipped)
    metadata = {path: reads(path) for path in files if wheels.is_metadata(path)}
    stale = _stale(built, files, reads)
    shared, broken, loads, systems = _shared_objects(zipped, files)
    kinds = {path: kind for path, kind in foreign.kinds(shared, systems).items() if kind and path not in own}
    spare = foreign.spare(kinds, built.spec.architecture, owner)
    spared = {path for paths in spare.values() for path in paths}
    misfits = _misfits(built, shared, broken, spared)
    elsewhere = [fault for fault in misfits if fault.where in systems and fault.where not in own]
    elsewhere += bytecode.alien(built.spec.runtime, files, reads)
    around = {path.rpartition("/")[2] for path in (*files, *beside)}
    needy = [each for each in shared if each.path not in spared]
    newer = [fault for each in needy for fault in _newer(built, each)]
    lacking = [(each.path, fault) for each in needy for fault in elf.lacking(each, BASES[built.spec.runtime], around)]
    located = [_located(built, fault, own) for fault in (*stale, *misfits) if fault not in (*elsewhere, *newer)]
    return Audit(
        faults=(
            *faults,
            *wheels.faults(built, set(files), metadata),
            *own_files.faults(built, files, reads),
            *located,
        ),
        shared=tuple(shared),
        remarks=(
            *remarks,
            *archive.remarks(built.spec.layer.name, entries),
            *loading.remarks(built.spec.layer.name, loads),
            *foreign.remarks(spare, kinds),
        ),
        lacking=tuple((path, _located(built, fault, own)) for path, fault in lacking),
        foreign=tuple(_located(built, fault, own) for fault in elsewhere),
        newer=tuple((fault.where, _located(built, fault, own)) for fault in newer),
        can_be_tried=archive.is_harmless(entries),
    )


def _stale(built: BuiltLayer, files: Mapping[str, ZipInfo], read: Callable[[str], bytes]) -> Iterable[Fault]:
    uncompiled = {f"python/{path}" for path in built.report.uncompiled}
    return bytecode.faults(built.spec.runtime, built.spec.layer.bytecode, files, read, uncompiled)


def _shared_objects(
    zipped: ZipFile, paths: Iterable[str]
) -> tuple[list[elf.SharedObject], list[Fault], list[loading.Loading], dict[str, str]]:
    """Return what is read of ELF files, faults of others, what loaders would do, and the systems of those, by path.

    The system of what no loader knows, such as a linker's script or a link that a wheel made a file of, is "".
    """
    shared: list[elf.SharedObject] = []
    loads: list[loading.Loading] = []
    broken: list[Fault] = []
    systems: dict[str, str] = {}
    for path in paths:
        data = unpack.content(zipped, path)  # of every file, since that compares its checksum
        if elf.is_candidate(path, data):
            match elf.read(path, data):
                case Fault() as fault:
                    broken.append(fault)
                    systems |= {path: elf.system(data)} if not data.startswith(elf.MAGIC) else {}
                case elf.SharedObject() as found:
                    shared.append(found)
                    loads.append(loading.read(path, data))
    return shared, broken, loads, systems


def _misfits(
    built: BuiltLayer, shared: Sequence[elf.SharedObject], broken: Sequence[Fault], spared: Collection[str]
) -> list[Fault]:
    """Return why nothing on this runtime loads a library: `broken` are those that are none for Linux."""
    base, architecture = BASES[built.spec.runtime], built.spec.architecture
    unfit = [fault for each in shared for fault in elf.unfit(each, base, architecture)]
    return [fault for fault in (*broken, *unfit) if fault.where not in spared] + [*_unclaimed(built, shared)]


def _newer(built: BuiltLayer, shared: elf.SharedObject) -> Iterable[Fault]:
    """Yield what a library needs that the runtime has in an older version, where its wheel is for any system at all.

    Such a wheel chooses at run time which of its libraries it loads, as a debugger does with its helpers.
    """
    owner, architecture = _owner(built, shared.path), built.spec.architecture
    tags = [tag for package in built.report.packages if package.name == owner for tag in package.tags]
    if elf.is_library(shared.path) and tags and all(tag.endswith("-any") for tag in tags):
        yield from elf.unfit(shared, BASES[built.spec.runtime], architecture) if shared.machine == architecture else ()


def _unclaimed(built: BuiltLayer, shared: Iterable[elf.SharedObject]) -> Iterable[Fault]:
    """Yield the libraries that no distribution reports: those would not be loaded when the layer is tried."""
    claimed = {f"python/{path}" for package in built.report.packages for path in package.extensions}
    claimed |= {each.path for each in built.report.own_files}
    for each in shared:
        if each.path not in claimed and elf.is_library(each.path):
            cause = "the build and its report disagree"
            yield Fault(each.path, "is a library of no distribution", cause, "build the layer again with --no-cache")


def _located(built: BuiltLayer, fault: Fault, own: Collection[str]) -> Fault:
    """Put the distribution that a file belongs to before its path, or the layer where none claims it.

    What the layer brings besides distributions comes from no wheel, whatever is usual.
    """
    path = fault.where
    if path in own:
        where = f"{built.spec.layer.name}: {path}"
        return replace(fault, where=where, cause=own_files.CAUSE, cure=own_files.CURE)
    return replace(fault, where=f"{_owner(built, path)}: {path}")


def _owner(built: BuiltLayer, path: str) -> str:
    """Name the distribution that a file belongs to, or the layer where none claims it."""
    below = path.removeprefix("python/")
    top = wheels.top_level(path)
    for package in built.report.packages:
        libraries = f"{package.name.replace('-', '_')}.libs/"
        folders = (libraries, *(f"{module.replace('.', '/')}/".lower() for module in package.modules))
        if below in package.extensions or top in package.modules or below.lower().startswith(folders):
            return package.name
    return built.spec.layer.name
