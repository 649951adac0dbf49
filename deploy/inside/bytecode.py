"""Compiles a layer's modules to bytecode that Lambda uses as it is, and that is the same wherever it is made.

- Unchecked hash-based (PEP 552): a layer's files are unpacked with other times than they were built with, and
  bytecode that is tied to a source's time would be ignored, and compiled anew, at every cold start.
- The file names in it, which tracebacks show, are those under /opt/python.
- Without column positions (`-X no_debug_ranges`): a seventh of the layer, for the ^^^^ below a traceback's line.

Compiling happens in processes of their own, whose flags are known: this module, run as a script, is one of them.
"""

from __future__ import annotations

import importlib.util
import marshal
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .files import Files

WHERE = "/opt/python"
_TIMEOUT = 600
# PEP 552: bit 0 says that a hash stands in for the source's time, bit 1 would say to check it.
_UNCHECKED = (0b01).to_bytes(4, "little")


@dataclass(frozen=True)
class Compiled:
    """`files` holds the sources too, or not, as was asked; `failed` tells by path why a source has no bytecode."""

    files: Files
    failed: dict[str, str]


def compile_all(files: Files, *, sourceless: bool) -> Compiled:
    """Add the bytecode of every source in `files`, or put it in its place.

    A source that does not compile, such as a template or one for another Python, stays a source.
    """
    from dataclasses import replace

    # What a wheel's data puts below python/ can be imported as well; where sources go, it stays the data that it is.
    origins = {"root"} if sourceless else {"root", "data"}
    sources = [path for path in sorted(files) if path.endswith(".py") and files[path].origin in origins]
    outcomes = dict(zip(sources, _in_parallel([(path, files[path].content) for path in sources]), strict=True))
    result = dict(files)
    for path, outcome in outcomes.items():
        if isinstance(outcome, bytes):
            result[_target(path, sourceless=sourceless)] = replace(files[path], content=outcome, executable=False)
            if sourceless:
                del result[path]
    return Compiled(result, {path: why for path, why in outcomes.items() if isinstance(why, str)})


def _target(path: str, *, sourceless: bool) -> str:
    if sourceless:
        return f"{path}c"
    folder, _, name = path.rpartition("/")
    tagged = f"__pycache__/{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
    return f"{folder}/{tagged}" if folder else tagged


def _in_parallel(sources: Sequence[tuple[str, bytes]]) -> list[bytes | str]:
    """Compile with all cores; how the sources are shared out does not show in the result."""
    count = max(1, min(len(os.sched_getaffinity(0)), len(sources)))
    with ThreadPoolExecutor(count) as threads:
        shares = list(threads.map(_in_process, [sources[at::count] for at in range(count)]))
    result: list[bytes | str] = [b""] * len(sources)
    for at, share in enumerate(shares):
        result[at::count] = share
    return result


def _in_process(sources: Sequence[tuple[str, bytes]]) -> list[bytes | str]:
    command = [sys.executable, "-I", "-S", "-X", "no_debug_ranges", __file__, WHERE]
    done = subprocess.run(
        command, input=marshal.dumps(list(sources)), stdout=subprocess.PIPE, check=True, timeout=_TIMEOUT
    )
    compiled: list[bytes | str] = marshal.loads(done.stdout)  # noqa: S302 - written by main below
    return compiled


def main() -> None:
    """Compile the sources on stdin, a marshalled list of path and content; answer with bytecode or what is wrong.

    The argument is the folder that they will be in.
    """
    [where] = sys.argv[1:]
    warnings.simplefilter("ignore")
    # One-character strings are shared by the whole process, and marshal notes whether they are interned: which
    # ones are would depend on what was compiled before.
    held = [sys.intern(chr(code)) for code in range(256)]
    sources = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - written by _in_process above
    sys.stdout.buffer.write(marshal.dumps([_compiled(f"{where}/{path}", content) for path, content in sources]))
    del held


def _compiled(path: str, source: bytes) -> bytes | str:
    try:
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    return importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source) + marshal.dumps(code)


if __name__ == "__main__":
    main()
