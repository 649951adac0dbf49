"""Takes symbols that no loader reads out of shared objects, with binutils, and tries each of them afterwards.

strip has broken libraries that patchelf had rewritten; such a one does not load any more. So every library is
opened by the dynamic loader before and after, in processes of their own, and the comparison decides.
"""

from __future__ import annotations

import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.inside.files import is_shared_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploy.inside.files import Files

_TIMEOUT = 300
# Linux's names of the processors that Lambda has, and ELF's numbers.
_PROCESSORS = {"x86_64": 62, "aarch64": 183}
_FOREIGN = "this machine has another processor, and could not try whether they work without"
# Opens each library, and prints a line for each: nothing, or why not.
_OPENER = """\
import ctypes, os, sys
for path in sys.argv[1:]:
    try:
        ctypes.CDLL(path, mode=os.RTLD_LAZY)
    except OSError as error:
        print(str(error).replace("\\n", " "), flush=True)
    else:
        print(flush=True)
"""


@dataclass(frozen=True)
class Stripped:
    """`change` is smaller content by path, `kept` tells why a library keeps its symbols, `tool` names strip."""

    change: dict[str, bytes | None] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    tool: str = ""


def strip(files: Files) -> Stripped:
    """Strip every shared object, as far as there is a tool and the result still loads."""
    tool = shutil.which("strip")
    every = {path: file.content for path, file in files.items() if is_shared_object(path, file)}
    if tool is None:
        return Stripped()
    foreign = dict.fromkeys((path for path, content in every.items() if _is_foreign(content)), _FOREIGN)
    libraries = {path: content for path, content in every.items() if path not in foreign}
    with tempfile.TemporaryDirectory(prefix="channelwright-strip-") as folder:
        before, after = Path(folder, "before"), Path(folder, "after")
        for tree in (before, after):
            _write(tree, libraries)
        kept = foreign | {path: reason for path in libraries if (reason := _run(tool, after / path))}
        kept |= _worse(_opened(before, list(libraries)), _opened(after, list(libraries)))
        smaller = {path: (after / path).read_bytes() for path in libraries if path not in kept}
    change: dict[str, bytes | None] = {
        path: content for path, content in smaller.items() if len(content) < len(libraries[path])
    }
    return Stripped(change, kept, _version(tool))


def _is_foreign(content: bytes) -> bool:
    """Tell whether a library is for another processor than this: nothing could try here what strip made of it."""
    machine = int.from_bytes(
        content[18:20], "little"
    )  # e_machine: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
    return machine in _PROCESSORS.values() and machine != _PROCESSORS.get(platform.machine())


def _write(tree: Path, libraries: Mapping[str, bytes]) -> None:
    """Lay the libraries out as they are in the layer, since some find each other by relative paths."""
    for path, content in libraries.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)


def _run(tool: str, library: Path) -> str:
    done = subprocess.run([tool, "--strip-all", library], capture_output=True, text=True, check=False, timeout=_TIMEOUT)
    return f"strip failed: {done.stderr.strip().rpartition(': ')[2]}" if done.returncode else ""


def _worse(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Return the libraries that loaded before and do not after."""
    return {path: f"does not load without: {why}" for path, why in after.items() if why and not before[path]}


def _opened(tree: Path, paths: Sequence[str]) -> dict[str, str]:
    """Open libraries, and return by path why one does not load; a process that one of them ends is replaced."""
    outcome: dict[str, str] = {}
    while left := [path for path in paths if path not in outcome]:
        command = [sys.executable, "-I", "-S", "-c", _OPENER, *(str(tree / path) for path in left)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT)
        lines = [line.replace(f"{tree}/", "") for line in done.stdout.splitlines()]
        outcome |= dict(zip(left, lines, strict=False))
        if len(lines) < len(left):
            outcome[left[len(lines)]] = _end(done.returncode)
    return outcome


def _end(code: int) -> str:
    return f"ends the process with {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"


def _version(tool: str) -> str:
    done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True, timeout=_TIMEOUT)
    return done.stdout.partition("\n")[0].strip()
