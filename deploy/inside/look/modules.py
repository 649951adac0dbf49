"""Imports every module of a subject, loads every shared object of it, and opens its data, all in one process.

An extension module counts as loaded where its package loaded it, under whatever name: its file is mapped then. One
that is not is imported by its own name, and a library is opened where all that may need it is loaded already, so that
what finds its parts through somebody else's RPATH is opened as it is in use.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from ..files import normalised
from .place import home, leave_runtime_out
from .raised import Repeated, told, where
from .values import Asked, Begun, Bytecode, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .values import DataFiles, Plan, Record, Subject

# What a package may have replaced by the time that it is needed.
_import_module, _open, _clock = importlib.import_module, open, time.perf_counter
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # with which a requirement begins
_path_finder = importlib.machinery.PathFinder
_dictionary: Any = vars(ModuleType)["__dict__"]  # the slot itself: a class may have put something in its place


def look(subject: Subject, plan: Plan, skip: frozenset[str]) -> Iterator[Record]:
    """Yield what comes of everything in a subject, but for what is named in `skip`."""
    usual = tuple(sys.path)
    leave_runtime_out(plan)
    compiled = watch_compiler()
    asked = watch_failed_searches()
    failed, repeated = [], Repeated()
    for module in subject.modules:
        if module in skip:
            continue
        yield Begun(kind="module", what=module)
        outcome = attempt(module, plan, usual if module in subject.roots else (), repeated)
        if outcome.error:
            failed.append(module)
        else:
            yield outcome
    yield from _once_more(failed, subject, plan, usual, repeated)
    for path in subject.shared:
        if path not in skip:
            yield Begun(kind="shared object", what=path)
            yield _opened(path, plan)
    for data in subject.data:
        yield Begun(kind="resources", what=data.package)
        yield Outcome(kind="resources", what=data.package, error=_resources(data))
    yield Asked(names=tuple(sorted(asked)))
    yield bytecode(compiled, subject.top, plan)


def _once_more(
    failed: Sequence[str], subject: Subject, plan: Plan, usual: Sequence[str], repeated: Repeated
) -> Iterator[Record]:
    """Try what failed again: some can only be imported once another one is, of their own or of who requires them."""
    after = "" if set(failed).isdisjoint(subject.roots) else None
    repeated.forget()
    for module in failed:
        here = usual if module in subject.roots else ()
        yield Begun(kind="module", what=module)
        outcome = attempt(module, plan, here, repeated)
        if outcome.error and after is None:
            repeated.forget()
            others = _dependents(subject.distribution, plan)
            after = " and ".join(top for top in others if not attempt(top, plan).error)
        if outcome.error and after:
            again = attempt(module, plan, here, repeated)
            outcome = outcome if again.error else replace(again, note=f"can only be imported after {after}")
        if not outcome.error:
            repeated.forget()
        yield outcome
    repeated.forget()


def _dependents(distribution: str, plan: Plan) -> Iterator[str]:
    """Yield the top-level packages of those that require a distribution: psycopg-binary comes after psycopg."""
    from importlib.metadata import distributions

    dependents = {
        normalised(each.name)
        for each in distributions(path=[f"{plan.layer}/python"])
        if distribution in {normalised(match[0]) for line in each.requires or () if (match := _NAME.match(line))}
    }
    yield from (each.top for each in plan.subjects if each.distribution in dependents - {distribution})


def attempt(name: str, plan: Plan, usual: Sequence[str] = (), repeated: Repeated | None = None) -> Outcome:
    """Import one module; say why it cannot be imported, and where on the `usual` path an import in Lambda finds it.

    What is `repeated` is told of the failure.
    """
    origin = _origin(name, plan, usual)
    started = _clock()
    error = at = ""
    try:
        _import_module(name)
    except BaseException as caught:  # noqa: BLE001 - an import may raise anything, SystemExit included
        error, at = told(caught), where(caught)
        if repeated:
            repeated.note(caught)
    spent = round((_clock() - started) * 1000, 1)
    return Outcome(kind="module", what=name, error=error, at=at, home=origin, ms=spent)


def _origin(name: str, plan: Plan, usual: Sequence[str]) -> str:
    """Return where an import finds a module, without asking the module, whose own word may be anything."""
    folders = list(usual)
    origin = ""
    for part in name.split("."):
        spec = _path_finder.find_spec(part, folders)  # by the last part alone: a whole name asks for imported parents
        if spec is None:
            return ""
        # A namespace package has no origin, and is all folders of its name.
        within = [f"{folder}/{part}" for folder in folders if Path(folder, part).is_dir()]
        folders = list(spec.submodule_search_locations or ()) if spec.origin else within
        origin = spec.origin or within[0]
    return home(origin, plan) if origin else ""


def _opened(path: str, plan: Plan) -> Outcome:
    """Return how opening a shared object ends, and where it was found if an import had loaded it already."""
    full = f"{plan.layer}/python/{path}"
    if full in _mapped():
        return Outcome(kind="shared object", what=path, home=home(full, plan))
    return Outcome(kind="shared object", what=path, error=_loaded(full, path))


def _loaded(full: str, path: str) -> str:
    """Load a shared object as it is in use; return why that fails.

    What mypyc compiles together imports each other from one library: the modules' own files are not needed for that.
    """
    suffix = next((each for each in importlib.machinery.EXTENSION_SUFFIXES if path.endswith(each)), "")
    name = path.removesuffix(suffix).replace("/", ".")
    stem = name.rpartition(".")[2]
    if suffix and f"PyInit_{stem}\0".encode() in Path(full).read_bytes():
        try:
            _import_module(name)
        except BaseException as caught:  # noqa: BLE001 - as above
            return told(caught)
        if full in _mapped():
            return ""
    import ctypes  # only layers with plain libraries need it

    try:
        ctypes.CDLL(full)
    except OSError as caught:
        return told(caught)
    return ""


def _mapped() -> frozenset[str]:
    """Return the files that this process has in its memory: proc_pid_maps(5)."""
    with _open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        return frozenset(line.rstrip("\n").split(None, 5)[5] for line in maps if "/" in line)


def _resources(data: DataFiles) -> str:
    """Open each file beside a package's modules as importlib.resources does; return what goes wrong first."""
    import importlib.resources

    try:
        folder = importlib.resources.files(data.package)
        for name in data.names:
            with folder.joinpath(name).open("rb") as file:
                file.read(1)
    except BaseException as caught:  # noqa: BLE001 - a package's own loader may raise anything
        return told(caught)
    return ""


def watch_failed_searches() -> set[str]:
    """Note every top-level name that no finder knows from now on."""
    asked: set[str] = set()

    class Noting:
        @staticmethod
        def find_spec(name: str, _path: object = None, _target: object = None) -> None:
            asked.add(name.partition(".")[0])

    sys.meta_path.append(Noting())
    return asked


def watch_compiler() -> list[str]:
    """Note every source that an import compiles from now on, because it found no bytecode that it could use."""
    compiled: list[str] = []
    loader = importlib.machinery.SourceFileLoader
    original: Callable[..., object] = loader.source_to_code

    def noting(self: object, data: object, path: object, **options: object) -> object:
        compiled.append(os.fsdecode(path) if isinstance(path, str | bytes) else str(path))
        return original(self, data, path, **options)

    loader.source_to_code = noting  # type: ignore[assignment, method-assign] # the one place that every compilation passes
    return compiled


def bytecode(compiled: Sequence[str], top: str, plan: Plan, owner: Literal["layer", "code"] = "layer") -> Bytecode:
    """Return which of the layer's or the code's modules were compiled, and whose bytecode names a file elsewhere.

    Those that used theirs are counted below one top-level name, as each of a layer is imported by many; "" counts all.
    Where another subject has the name of a file, that one's process looks into it.
    """
    import marshal

    folder, named = {"layer": (f"{plan.layer}/python", "/opt/python/"), "code": (plan.code, "/var/task/")}[owner]
    others = {each.top for each in plan.subjects} - {top}
    misnamed = []
    used = 0
    for origin, cached in sorted(_bytecode_files()):
        own = origin.removeprefix(f"{folder}/").partition("/")[0].partition(".")[0]
        if own in others or home(cached, plan) != owner or not Path(cached).exists():
            continue
        used += origin not in compiled and top in {own, ""}
        name = marshal.loads(Path(cached).read_bytes()[16:]).co_filename  # noqa: S302 - Python just ran this file
        # Bytecode without a source may be what its wheel brought, compiled where that was built.
        if origin != cached and not name.startswith(named):
            misnamed.append((cached, str(name)))
    anew = tuple(path for path in compiled if home(path, plan) == owner)
    return Bytecode(compiled=anew, misnamed=tuple(misnamed), used=used)


def _bytecode_files() -> Iterator[tuple[str, str]]:
    """Yield source and bytecode of what was imported; what is in sys.modules need not be a module."""
    for module in list(sys.modules.values()):
        if issubclass(type(module), ModuleType):  # one may claim to be of a class that it is not
            spec = _dictionary.__get__(module).get("__spec__")
            if isinstance(spec, importlib.machinery.ModuleSpec) and (spec.cached or "").endswith(".pyc"):
                yield str(spec.origin), str(spec.cached)
