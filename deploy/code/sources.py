"""Sources as the Python reads them that will run them: what it cannot compile, and the others as they ship.

Another version reads other sources, so a project whose runtime is not this process's Python has them read in the
runtime's image, by the same code. `strip_docstrings` is sent there as it is, with the caller below as its last lines.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..completed import Completed
    from .bytecode import Compiler

    # Sources by path in the zip; what comes of each.
    Reader = Callable[[Mapping[str, bytes]], Mapping[str, "bytes | Unreadable"]]

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
_CALLER = """
import base64, json, sys
_sources = {name: base64.b64decode(text) for name, text in json.loads(sys.argv[1]).items()}
_read = {name: read(name, source) for name, source in _sources.items()}
print(json.dumps({name: each if isinstance(each, tuple) else base64.b64encode(each).decode()
                  for name, each in _read.items()}))
"""


@dataclass(frozen=True)
class Python:
    """The Python that will run the code: how it reads sources, and compiles those that ship.

    `identity` changes with it, as a digest of its image does; "" is this process's.
    """

    read: Reader
    compiled: Compiler
    identity: str = ""


@dataclass(frozen=True)
class Unreadable:
    """Why Python cannot compile a source; `line` is 0 where it names none."""

    line: int
    message: str


def read_here(sources: Mapping[str, bytes]) -> dict[str, bytes | Unreadable]:
    """Return each source without its documentation, or why this Python cannot compile it."""
    from . import strip_docstrings

    return {name: _read(strip_docstrings.read(name, source)) for name, source in sources.items()}


def read_by(run: Callable[[bytes, str], Completed], sources: Mapping[str, bytes]) -> str:
    """Have another Python read them, which runs a script with an argument; return its answer, for `answered`.

    Raises BuildError where it gives none.
    """
    asked = json.dumps({name: base64.b64encode(source).decode() for name, source in sources.items()})
    done = run(_script(), asked)
    if done.code:
        raise BuildError.of("the code", "the runtime's Python could not read it", log=done.stdout + done.stderr)
    return done.stdout


def answered(text: str) -> dict[str, bytes | Unreadable]:
    told: dict[str, object] = json.loads(text)
    return {name: base64.b64decode(each) if isinstance(each, str) else _read(each) for name, each in told.items()}


def inputs(sources: Mapping[str, bytes]) -> list[str]:
    """Return all that decides how a Python reads them, but for the Python."""
    digests = [f"{name} {hashlib.sha256(source).hexdigest()}" for name, source in sorted(sources.items())]
    return [hashlib.sha256(_script()).hexdigest(), *digests]


def _script() -> bytes:
    return Path(__file__).with_name("strip_docstrings.py").read_bytes() + _CALLER.encode()


def _read(each: Any) -> bytes | Unreadable:
    return each if isinstance(each, bytes) else Unreadable(*each)
