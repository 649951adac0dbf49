"""All that a loader loads in a layer, whose it is, and what speaks against it, be it until it is tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ...errors import Fault
from ...inside import unpack
from ...runtimes.table import BASES
from . import elf, foreign, loading, wheels
from . import files as own_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from zipfile import ZipFile, ZipInfo

    from ..values import BuiltLayer


@dataclass(frozen=True, kw_only=True)
class Natives:
    """The shared objects of a layer in the zip's order; the rest is as in `Audit`."""

    faults: tuple[Fault, ...]
    shared: tuple[elf.SharedObject, ...]
    remarks: tuple[str, ...]
    lacking: tuple[tuple[str, Fault], ...]
    foreign: tuple[Fault, ...]
    newer: tuple[tuple[str, Fault], ...]


def read(
    built: BuiltLayer, zipped: ZipFile, files: Mapping[str, ZipInfo], own: Collection[str], beside: Collection[str]
) -> Natives:
    """Read what a loader loads; `own` are the paths of what no distribution brings, `beside` as in `audit`."""
    shared, broken, loads, systems = _shared_objects(zipped, files)
    kinds = {path: kind for path, kind in foreign.kinds(shared, systems).items() if kind and path not in own}
    spare = foreign.spare(kinds, built.spec.architecture, partial(owner, built))
    spared = {path for paths in spare.values() for path in paths}
    misfits = _misfits(built, shared, broken, spared)
    elsewhere = [fault for fault in misfits if fault.where in systems and fault.where not in own]
    around = {path.rpartition("/")[2] for path in (*files, *beside)}
    needy = [each for each in shared if each.path not in spared]
    newer = [fault for each in needy for fault in _newer(built, each)]
    lacking = [fault for each in needy for fault in elf.lacking(each, BASES[built.spec.runtime], around)]

    def told(faults: Iterable[Fault]) -> tuple[Fault, ...]:
        return tuple(located(built, fault, own) for fault in faults)

    return Natives(
        faults=told(fault for fault in misfits if fault not in (*elsewhere, *newer)),
        shared=tuple(shared),
        remarks=(*loading.remarks(built.spec.layer.name, loads), *foreign.remarks(spare, kinds)),
        lacking=tuple(zip((fault.where for fault in lacking), told(lacking), strict=True)),
        foreign=told(elsewhere),
        newer=tuple(zip((fault.where for fault in newer), told(newer), strict=True)),
    )


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
    whose, architecture = owner(built, shared.path), built.spec.architecture
    tags = [tag for package in built.report.packages if package.name == whose for tag in package.tags]
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


def located(built: BuiltLayer, fault: Fault, own: Collection[str]) -> Fault:
    """Put the distribution that a file belongs to before its path, or the layer where none claims it.

    What the layer brings besides distributions comes from no wheel, whatever is usual.
    """
    path = fault.where
    if path in own:
        where = f"{built.spec.layer.name}: {path}"
        return replace(fault, where=where, cause=own_files.CAUSE, cure=own_files.CURE)
    return replace(fault, where=f"{owner(built, path)}: {path}")


def owner(built: BuiltLayer, path: str) -> str:
    """Name the distribution that a file belongs to, or the layer where none claims it."""
    below = path.removeprefix("python/")
    top = wheels.top_level(path)
    for package in built.report.packages:
        libraries = f"{package.name.replace('-', '_')}.libs/"
        folders = (libraries, *(f"{module.replace('.', '/')}/".lower() for module in package.modules))
        if below in package.extensions or top in package.modules or below.lower().startswith(folders):
            return package.name
    return built.spec.layer.name
