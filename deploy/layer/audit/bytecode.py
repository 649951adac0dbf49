"""Bytecode that Python would use at once: there for every module, of the right Python, unchecked, and not stale.

PEP 552 (https://peps.python.org/pep-0552/): after the magic number comes a word of flags, 1 for a hash that is not
checked. Whoever turns the check off has to make it himself; this is that check.
"""

from __future__ import annotations

import _imp
import re
import sys
from typing import TYPE_CHECKING

from ...errors import Fault
from ...runtimes.table import BUILT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ...settings import Bytecode

_UNCHECKED = (1).to_bytes(4, "little")
_CACHED = re.compile(r"(?P<folder>.*/)__pycache__/(?P<stem>[^/]+)\.(?P<tag>[a-z]+-[0-9]+)(?:\.opt-[12])?\.pyc")
_CURE = "build the layer again with --no-cache"


def faults(
    runtime: str,
    policy: Callable[[str], Bytecode],
    paths: Collection[str],
    read: Callable[[str], bytes],
    uncompiled: Collection[str] = (),
) -> Iterator[Fault]:
    """Yield what is wrong with the bytecode below python/; `paths` are all files, `read` gives one's bytes.

    `uncompiled` are the paths whose source stays as it is, since the runtime's own compiler refused it or it is data.
    Whether any other is Python at all is tried here, where the runtime is this Python. `policy` gives that of a path.
    """
    here = runtime == f"python{sys.version_info.major}.{sys.version_info.minor}"

    def compiles(path: str) -> bool:
        return path not in uncompiled and (not here or _compiles(read(path)))

    # A program in bin/ is run and not imported: there is no bytecode of it.
    files = {path for path in paths if path.startswith("python/") and not path.startswith("python/bin/")}
    for path in sorted(path for path in files if path.endswith(".py")):
        if policy(path) == "sourceless":
            yield from _unwanted_source(path, files, compiles)
        else:
            yield from _beside(path, runtime, files, read, compiles)
    for path in sorted(path for path in files if path.endswith(".pyc")):
        if match := _CACHED.fullmatch(path):
            yield from _header(path, runtime, read(path))
            yield from _orphan(path, runtime, f"{match['folder']}{match['stem']}.py", files)


def alien(runtime: str, paths: Collection[str], read: Callable[[str], bytes]) -> Iterator[Fault]:
    """Yield the modules that are bytecode alone, and another Python's; the rest is as in `faults`.

    Of bytecode without a source, Python looks at the magic number and no more. A wheel may have such files left over
    from another Python, of modules that are no more: whether anything needs them is seen when it is tried.
    """
    for path in sorted(each for each in paths if each.endswith(".pyc") and each.startswith("python/")):
        if not _CACHED.fullmatch(path) and read(path)[:4] != BUILT[runtime].header:
            cause = "it was compiled by another Python, as a wheel without sources may be"
            yield Fault(path, f"is not bytecode of {runtime}", cause, "lock a wheel that brings its sources")


def _cached(path: str, runtime: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.{BUILT[runtime].cache_tag}.pyc"


def _beside(
    path: str, runtime: str, files: Collection[str], read: Callable[[str], bytes], compiles: Callable[[str], bool]
) -> Iterator[Fault]:
    cached = _cached(path, runtime)
    if cached not in files:
        if compiles(path):
            yield Fault(path, "has no bytecode", "every cold start would compile it: /opt is read-only", _CURE)
        return
    if read(cached)[8:16] != _source_hash(runtime, read(path)):
        yield Fault(cached, "is stale: it was compiled from another source", "the source was changed after it", _CURE)


def _source_hash(runtime: str, source: bytes) -> bytes:
    """Hash a source as the runtime's importlib.util.source_hash does, which takes its magic number for a key."""
    return _imp.source_hash(int.from_bytes(BUILT[runtime].header, "little"), source)


def _unwanted_source(path: str, files: Collection[str], compiles: Callable[[str], bool]) -> Iterator[Fault]:
    """A module keeps its source only where there is no bytecode of it: it does not compile, or came as data."""
    if f"{path}c" in files:
        yield Fault(path, "has its source and its bytecode, and the source wins", "sourceless was asked for", _CURE)
    elif compiles(path):
        yield Fault(path, "has no bytecode", "sourceless was asked for", _CURE)


def _compiles(source: bytes) -> bool:
    """Tell whether this is Python at all: some wheels carry templates and old syntax under the name of .py."""
    try:
        compile(source, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _header(path: str, runtime: str, data: bytes) -> Iterator[Fault]:
    if data[:4] != BUILT[runtime].header:
        yield Fault(path, f"is not bytecode of {runtime}", "it was compiled by another Python", _CURE)
    elif data[4:8] != _UNCHECKED:
        kind = "checks its source's hash" if data[4:8] == (3).to_bytes(4, "little") else "checks its source's time"
        cause = "the zip sets every time to one date, so Python would take it as stale and compile again"
        yield Fault(path, f"{kind} at every import", cause, _CURE)


def _orphan(path: str, runtime: str, source: str, files: Collection[str]) -> Iterator[Fault]:
    """Yield bytecode that no import finds."""
    if source not in files or path != _cached(source, runtime):
        yield Fault(
            path, "is never used: Python looks for it beside its source, under its own name", "a leftover", _CURE
        )
