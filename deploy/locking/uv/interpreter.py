"""A Python that answers uv as the runtime's own would, of any version and for any machine.

uv asks the interpreter that `--python` names what it is, and resolves for the answer. Its own options name neither
every glibc nor a whole Python version at once; this interpreter, one of this machine, names the runtime's. What uv
asks is in https://github.com/astral-sh/uv/blob/main/crates/uv-python/python/get_interpreter_info.py. It keeps what one
answers that names itself as the executable, and asks the others each time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ...atomic import write
from ...runtimes.table import BASES
from ...settings import MACHINES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ...settings import Target

_ANSWER = """\
import json, subprocess, sys
real, told, itself, *arguments = sys.argv[1:]
done = subprocess.run([real, *arguments], stdout=subprocess.PIPE)
if done.returncode:
    sys.exit(done.returncode)
answer, told = json.loads(done.stdout), json.loads(told)
answer["sys_executable"] = itself
place = answer if "os" in answer else answer["platform"]
place.update(os={"name": "manylinux", "major": 2, "minor": told["glibc_minor"]}, arch=told["machine"])
version = told["python"]
answer["markers"].update(
    implementation_name="cpython", implementation_version=version, os_name="posix", sys_platform="linux",
    platform_machine=told["machine"], platform_python_implementation="CPython", platform_system="Linux",
    python_full_version=version, python_version=".".join(version.split(".")[:2]),
)
json.dump(answer, sys.stdout)
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """What decides which releases fit: the whole Python version, the x of glibc 2.x, and Linux's machine name."""

    python: str
    glibc_minor: int
    machine: str

    def executable(self, folder: Path) -> Path:
        """Write the program that answers so below `folder`, if it is not there; return it."""
        told = json.dumps(asdict(self))
        command = [sys.executable, "-I", "-c", _ANSWER, sys.executable, told]
        text = f'#!/bin/sh\nexec {shlex.join(command)} "$0" "$@"\n'
        path = folder / "interpreters" / hashlib.sha256(text.encode()).hexdigest()[:24] / "python"
        if not os.access(path, os.X_OK):
            write(path, text.encode())
            path.chmod(0o755)
        return path.absolute()


def interpreter(target: Target, versions: Mapping[str, str]) -> Interpreter:
    """Return the target's own; `versions` maps a runtime to its whole Python version.

    Another one is its first, x.y.0: what fits that fits each that follows.

    >>> from deploy.settings import Target
    >>> interpreter(Target("python3.11", "arm64"), {"python3.11": "3.11.14"})
    Interpreter(python='3.11.14', glibc_minor=26, machine='aarch64')
    """
    return Interpreter(
        python=versions.get(target.runtime, f"{target.runtime.removeprefix('python')}.0"),
        glibc_minor=BASES[target.runtime].glibc_minor,
        machine=MACHINES[target.architecture],
    )
