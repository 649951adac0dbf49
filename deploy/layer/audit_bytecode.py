"""Bytecode that Python would use at once: there for every module, of the right Python, unchecked, and not stale.

PEP 552 (https://peps.python.org/pep-0552/): after the magic number comes a word of flags, 1 for a hash that is not
checked. Whoever turns the check off has to make it himself; this is that check.
"""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING

from deploy.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from deploy.settings import Bytecode

# Lib/importlib/_bootstrap_external.py of CPython 3.11: 3495, then CR LF.
_MAGIC = {"python3.11": (3495).to_bytes(2, "little") + b"\r\n"}
_UNCHECKED = (1).to_bytes(4, "little")
_CACHED = re.compile(r"(?P<folder>.*/)__pycache__/(?P<stem>[^/]+)\.(?P<tag>[a-z]+-[0-9]+)(?:\.opt-[12])?\.pyc")
_CURE = "build the layer again with --no-cache"


def faults(runtime: str, policy: Bytecode, paths: Collection[str], read: Callable[[str], bytes]) -> Iterator[Fault]:
    """Yield what is wrong with the bytecode below python/; `paths` are all files, `read` gives one's bytes."""
    files = {path for path in paths if path.startswith("python/")}
    for path in sorted(path for path in files if path.endswith(".py")):
        if policy == "sourceless":
            yield from _unwanted_source(path, files, read)
        else:
            yield from _beside(path, _cached(path, runtime), files, read)
    for path in sorted(path for path in files if path.endswith(".pyc")):
        yield from _header(path, runtime, read(path))
        yield from _orphan(path, runtime, policy, files)


def _cached(path: str, runtime: str) -> str:
    folder, _, name = path.rpartition("/")
    return (
        f"{folder}/__pycache__/{name.removesuffix('.py')}.cpython-{runtime.removeprefix('python').replace('.', '')}.pyc"
    )


def _beside(path: str, cached: str, files: Collection[str], read: Callable[[str], bytes]) -> Iterator[Fault]:
    source = read(path)
    if cached not in files:
        if _compiles(source):
            yield Fault(path, "has no bytecode", "every cold start would compile it: /opt is read-only", _CURE)
        return
    if read(cached)[8:16] != importlib.util.source_hash(source):
        yield Fault(cached, "is stale: it was compiled from another source", "the source was changed after it", _CURE)


def _unwanted_source(path: str, files: Collection[str], read: Callable[[str], bytes]) -> Iterator[Fault]:
    """A module keeps its source only where there is no bytecode of it because it does not compile."""
    if f"{path}c" in files:
        yield Fault(path, "has its source and its bytecode, and the source wins", "sourceless was asked for", _CURE)
    elif _compiles(read(path)):
        yield Fault(path, "has no bytecode", "sourceless was asked for", _CURE)


def _compiles(source: bytes) -> bool:
    """Tell whether this is Python at all: some wheels carry templates and old syntax under the name of .py."""
    try:
        compile(source, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _header(path: str, runtime: str, data: bytes) -> Iterator[Fault]:
    if data[:4] != _MAGIC[runtime]:
        yield Fault(path, f"is not bytecode of {runtime}", "it was compiled by another Python", _CURE)
    elif data[4:8] != _UNCHECKED:
        kind = "checks its source's hash" if data[4:8] == (3).to_bytes(4, "little") else "checks its source's time"
        cause = "the zip sets every time to one date, so Python would take it as stale and compile again"
        yield Fault(path, f"{kind} at every import", cause, _CURE)


def _orphan(path: str, runtime: str, policy: Bytecode, files: Collection[str]) -> Iterator[Fault]:
    """Yield bytecode that no import finds, and bytecode in place of a source where sources were asked for."""
    match = _CACHED.fullmatch(path)
    if match is None:
        if policy == "unchecked-hash" and path.removesuffix("c") not in files:
            yield Fault(path, "has bytecode and no source", "a trim rule took the source", _CURE)
        return
    source = f"{match['folder']}{match['stem']}.py"
    if source not in files or path != _cached(source, runtime):
        yield Fault(
            path, "is never used: Python looks for it beside its source, under its own name", "a leftover", _CURE
        )
