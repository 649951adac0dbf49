"""Compiles a layer's modules to bytecode that Lambda uses as it is, and that is the same wherever it is made.

- Unchecked hash-based (PEP 552): a layer's files are unpacked with other times than they were built with, and
  bytecode that is tied to a source's time would be ignored, and compiled anew, at every cold start.
- The file names in it, which tracebacks show, are those under /opt/python.
- Without column positions (`-X no_debug_ranges`): a seventh of the layer, for the ^^^^ below a traceback's line.

Compiling happens in processes of their own, whose flags are known: `compiler`, run as a script, is one of them.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .archive import processors
from .files import Later
from .refusal import Refused, fault

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .files import Files
    from .parts import Parts

WHERE = "/opt/python"
_TIMEOUT = 600
_DATA = "its wheel brings it as data, whose source stays"
_COMPILER = Path(__file__).with_name("compiler.py")


@dataclass(frozen=True)
class Compiled:
    """`files` holds the sources too, or not, as was asked; `failed` tells by path why a source has no bytecode."""

    files: Files
    failed: dict[str, str]


def compile_all(files: Files, parts: Parts, *, sourceless: bool, reading: Collection[str] = frozenset()) -> Compiled:
    """Add the bytecode of every source in `files`, or put it in its place; `parts` may have it from before.

    The distributions in `reading` read their sources, and keep them. A source that does not compile, such as a template
    or one for another Python, stays a source. So does one that its wheel brings as data, where sources go: it can be
    imported as well, and whoever reads it finds it.
    """
    sources = [path for path in sorted(files) if path.endswith(".py") and files[path].origin in {"root", "data"}]
    data = {path: _DATA for path in sources if sourceless and files[path].origin == "data"}
    sources = [path for path in sources if path not in data]
    outcomes = _outcomes({path: files[path] for path in sources}, parts)
    result = dict(files)
    for path, outcome in outcomes.items():
        if not isinstance(outcome, str):
            replaced = sourceless and files[path].owner not in reading
            result[_target(path, sourceless=replaced)] = replace(files[path], held=outcome, executable=False)
            if replaced:
                del result[path]
    return Compiled(result, data | {path: why for path, why in outcomes.items() if isinstance(why, str)})


def _outcomes(sources: Files, parts: Parts) -> dict[str, Later | str]:
    """Return the bytecode of each source by its path, or why there is none."""
    inputs = {path: (sys.version, WHERE, path, file.sha256) for path, file in sources.items()}
    found = {path: parts.made(file.owner, *inputs[path]) for path, file in sources.items()}
    missing = [path for path, outcome in found.items() if outcome is None]
    compiled = zip(missing, _in_parallel([(path, sources[path].content) for path in missing]), strict=True)
    made = {path: outcome if isinstance(outcome, str) else Later.of(outcome) for path, outcome in compiled}
    for path, outcome in made.items():
        parts.keep(sources[path].owner, outcome, *inputs[path])
    return {path: outcome for path in sources if (outcome := found[path] or made[path])}


def _target(path: str, *, sourceless: bool) -> str:
    if sourceless:
        return f"{path}c"
    folder, _, name = path.rpartition("/")
    tagged = f"__pycache__/{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
    return f"{folder}/{tagged}" if folder else tagged


def _in_parallel(sources: Sequence[tuple[str, bytes]]) -> list[bytes | str]:
    """Compile with all cores; how the sources are shared out does not show in the result."""
    if not sources:
        return []
    count = min(processors(), len(sources))
    with ThreadPoolExecutor(count) as threads:
        shares = list(threads.map(_in_process, [sources[at::count] for at in range(count)]))
    result: list[bytes | str] = [b""] * len(sources)
    for at, share in enumerate(shares):
        result[at::count] = share
    return result


def _in_process(sources: Sequence[tuple[str, bytes]]) -> list[bytes | str]:
    command = [sys.executable, "-I", "-S", "-X", "no_debug_ranges", str(_COMPILER), WHERE]
    try:
        done = subprocess.run(
            command, input=marshal.dumps(list(sources)), stdout=subprocess.PIPE, check=True, timeout=_TIMEOUT
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise _refused(sources, error) from error
    compiled: list[bytes | str] = marshal.loads(done.stdout)  # noqa: S302 - written by the compiler
    return compiled


def _refused(sources: Sequence[tuple[str, bytes]], error: Exception) -> Refused:
    """Name the largest of the sources with which the compiler does not come to its end."""
    path, content = max(sources, key=lambda each: len(each[1]))
    ended = f"still ran after {_TIMEOUT} s" if isinstance(error, subprocess.TimeoutExpired) else "ended early"
    what = f"Python's compiler {ended}, with {len(sources)} modules, of which this has the most bytes: {len(content):,}"
    cure = "leave it out with the trim rule `exclude`, or lock another version"
    return Refused([fault(path, what, cause="a module that no compiler takes", cure=cure)])
