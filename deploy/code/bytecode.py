"""The code's own bytecode, as the runtime's Python makes it: as a layer's is, for /var/task.

Which Python made it can show in the bytes, even within one of Lambda's runtimes. So the pipeline has the runtime's
image make it, and the image's digest is one of its inputs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import marshal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BuildError
from ..executable import Executable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..completed import Completed
    from ..settings import CodeBytecode

    # Sources by path in the zip; the bytecode of each by the path that it has beside its source.
    Compiler = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]

WHERE = "/var/task"
_PROGRAM = Path(__file__).parents[1] / "inside/compiler.py"
_TIMEOUT = 120
_FLAGS = ["-I", "-S", "-X", "no_debug_ranges"]
_CALLER = """
import base64, importlib.util, json, marshal, subprocess, sys
_given = [(name, base64.b64decode(text)) for name, text in json.loads(sys.argv[1])]
_done = subprocess.run([sys.executable, *{flags!r}, "-c", {program!r}, {where!r}],
                       input=marshal.dumps(_given), stdout=subprocess.PIPE, timeout={timeout!r}, check=True)
_made = zip(_given, marshal.loads(_done.stdout))
print(json.dumps({{importlib.util.cache_from_source(name, optimization=""): base64.b64encode(each).decode()
                  for (name, _), each in _made}}))
"""


def added(files: Mapping[str, bytes], policy: CodeBytecode, compiler: Compiler) -> dict[str, bytes]:
    """Return files with the bytecode of their modules, beside each source or in its place.

    A source that may be run as a program stays one, and gets none.
    """
    sources = {path: each for path, each in files.items() if path.endswith(".py") and not isinstance(each, Executable)}
    if policy == "none" or not sources:
        return dict(files)
    made = compiler(sources)
    if policy == "unchecked-hash":
        return {**files, **made}
    kept = {path: each for path, each in files.items() if path not in sources}
    return {**kept, **{_in_place(path): each for path, each in made.items()}}


def _in_place(path: str) -> str:
    """Return where bytecode lies that has no source: `a/__pycache__/b.cpython-311.pyc` is `a/b.pyc`."""
    folder, _, name = path.rpartition("__pycache__/")
    return f"{folder}{name.partition('.')[0]}.pyc"


def here(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compile with this process's Python, in a process of its own."""
    import subprocess  # slow to import, and few projects get here

    command = [sys.executable, *_FLAGS, str(_PROGRAM), WHERE]
    given = marshal.dumps(sorted(sources.items()))
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True, timeout=_TIMEOUT)
    made: list[bytes] = marshal.loads(done.stdout)  # noqa: S302 - written by our own process
    tag = sys.implementation.cache_tag
    return {_beside(path, tag): each for path, each in zip(sorted(sources), made, strict=True)}


def _beside(path: str, tag: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}__pycache__/{name.removesuffix('.py')}.{tag}.pyc"


def compile_by(run: Callable[[bytes, str], Completed], sources: Mapping[str, bytes]) -> str:
    """Have another Python compile them, which runs a script with an argument; return its answer, for `answered`.

    Raises BuildError where it gives none.
    """
    asked = json.dumps([[name, base64.b64encode(source).decode()] for name, source in sorted(sources.items())])
    done = run(_script(), asked)
    if done.code:
        raise BuildError.of("the code", "the runtime's Python could not compile it", log=done.stdout + done.stderr)
    return done.stdout


def answered(text: str) -> dict[str, bytes]:
    told: dict[str, str] = json.loads(text)
    return {name: base64.b64decode(each) for name, each in told.items()}


def inputs(sources: Mapping[str, bytes]) -> list[str]:
    """Return all that decides the bytecode, but for the Python."""
    digests = [f"{name} {hashlib.sha256(source).hexdigest()}" for name, source in sorted(sources.items())]
    return [hashlib.sha256(_script()).hexdigest(), *digests]


def _script() -> bytes:
    program = _PROGRAM.read_text(encoding="utf-8")
    return _CALLER.format(flags=_FLAGS, program=program, where=WHERE, timeout=_TIMEOUT).encode()
