"""Compiles sources in a process of its own: a program that takes a marshalled list, and imports next to nothing."""

from __future__ import annotations

import gc
import importlib.util
import marshal
import resource
import sys
import warnings

# PEP 552: bit 0 says that a hash stands in for the source's time, bit 1 would say to check it.
# Bytes that compiling one source may take. 8 MB of nothing but assignments take 3 GB; real modules of that size are
# data, and take a tenth.
_MEMORY = 1 << 30
_UNCHECKED = (0b01).to_bytes(4, "little")


def main() -> None:
    """Compile the sources on stdin, each a path below the folder that is the argument, and content.

    Answers with bytecode or what is wrong with it.
    """
    warnings.simplefilter("ignore")
    gc.disable()  # bytecode has no cycles
    # One-character strings are shared by the whole process, and marshal notes whether they are interned: which
    # ones are would depend on what was compiled before.
    held = [sys.intern(chr(code)) for code in range(256)]
    sources = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - written by deploy.inside.bytecode
    sys.stdout.buffer.write(marshal.dumps([_compiled(path, content) for path, content in sources]))
    del held


def _compiled(path: str, source: bytes) -> bytes | str:
    _bound()
    try:
        # The name is made here: marshal notes of a string whether anything besides the code refers to it.
        code = compile(source, f"{sys.argv[1]}/{path}", "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error}".removesuffix(": ")
    return importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source) + marshal.dumps(code)


def _bound() -> None:
    """Let this process take so much more memory than it has now, whatever it compiled before; where Linux counts it."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib takes longer to import
            used = int(file.read().split()[5]) * resource.getpagesize()  # proc_pid_statm(5): data and stack
    except FileNotFoundError:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = used + _MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
