"""A place on this host to run the final bytes without containers: confined by namespaces, or, where asked for, not.

Confined, /opt, /var/task and /var/lang are real and read-only, and there is nothing else: see new_root and namespaces.
Unconfined, they are temporary folders. In both the interpreter sees the layer, the code and the standard library, and
none of the host's packages.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ...errors import EngineError, VerificationError
from ...inside.look.bounds import MIB, Bounds
from ...temporary import folders
from . import enter_sandbox, refusals
from .entry import NOT_ALLOWED, Entry
from .host_files import anyone_reaches, runtime_client, write_files
from .host_process import run_process
from .protocol import LIBRARIES, OPT, PROGRAMS, TASK_ROOT
from .scripts import DIRECT, LOADER, RUNTIME_API

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...completed import Completed

# Starts enter_sandbox as a part of its package, in an interpreter that sees nothing but that and the standard library.
_START = """\
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""
_PACKAGES = 4  # as many are tried at a time: deploy/inside/look/apart.py


@dataclass(frozen=True)
class _Given:
    """A script and its argument, which the loader finds on stdin."""

    script: bytes
    argument: bytes

    @property
    def stdin(self) -> bytes:
        return self.script + self.argument


@dataclass(frozen=True, kw_only=True)
class HostSandbox:
    """Implements `protocol.Sandbox`.

    `has_client` tells that handlers are started by Lambda's own runtime interface client, awslambdaric, which is
    laid out in /var/runtime as the runtime has it; else they are called directly. `online` leaves the network of the
    host to it, for a function that is to work and not only to be tried.
    """

    folder: Path
    python: str
    confined: bool
    has_client: bool
    online: bool = False
    bubblewrap: str = ""
    is_emulated: bool = False  # a host runs its own programs alone

    @classmethod
    def open(
        cls, folder: Path, python: str, *, has_client: bool, online: bool = False, unconfined: bool = False
    ) -> HostSandbox:
        """Find out what the host allows; raise EngineError where it does not confine and is not `unconfined`."""
        made = cls(folder=folder, python=python, confined=not unconfined, has_client=has_client, online=online)
        done = made.tried()
        program = shutil.which("bwrap") if done.code == NOT_ALLOWED and os.geteuid() else None
        if program and (other := replace(made, bubblewrap=program)).tried().code == 0:
            return other
        if done.code == NOT_ALLOWED:
            what, cause, cure = refusals.explained(done.stderr)
            raise EngineError.of("--backend host", what, cause=cause, cure=cure)
        if done.code:
            what = f"{_interpreter()} does not start where it is tried"
            raise EngineError.of("--backend host", what, cure="build in containers", log=done.stderr)
        return made

    def tried(self) -> Completed:
        """Start the interpreter inside, and have it load a few libraries."""
        command = self.entered(["-c", "import ctypes, socket, ssl"])
        return run_process(command, {"PATH": os.defpath}, timeout=60)

    @classmethod
    @contextmanager
    def filled(
        cls,
        python: str,
        opt: Mapping[str, bytes],
        task: Mapping[str, bytes],
        *,
        online: bool = False,
        unconfined: bool = False,
    ) -> Iterator[HostSandbox]:
        """Lay these files out in a temporary folder, by path below /opt and /var/task; remove it on leaving."""
        with folders.temporary("sandbox") as folder:
            client = runtime_client()
            for name, files in {"opt": opt, "task": task, "runtime": client, "lang": {}, "root": {}}.items():
                write_files(folder / name, files)
            yield cls.open(folder, python, has_client=bool(client), online=online, unconfined=unconfined)

    @property
    def own_users(self) -> bool:
        """Whether a user can be chosen inside: root has numbers to spare, an ordinary user has one."""
        return self.confined and not self.online and os.geteuid() == 0

    @property
    def opt(self) -> str:
        return OPT if self.confined else f"{self.folder}/opt"

    @property
    def task(self) -> str:
        return TASK_ROOT if self.confined else f"{self.folder}/task"

    @property
    def described(self) -> str:
        where = f"unconfined: {refusals.within_reach(drops=self._drops)}"
        if self.confined:
            network = "with this host's network" if self.online else "without network"
            by = " by bubblewrap" if self.bubblewrap else ""
            where = f"in namespaces of its own{by}, {network}, home or any other of its files"
        how = "started by awslambdaric" if self.has_client else "called directly, for awslambdaric is not installed"
        return f"on this host, {where}; handlers are {how}"

    @property
    def module_path(self) -> str:
        """Lambda's order of modules; the client comes last, as the runtime's own packages do."""
        runtime = "/var/runtime" if self.confined else f"{self.folder}/runtime"
        return f"{self.task}:{self.opt}/python/lib/{self.python}/site-packages:{self.opt}/python:{runtime}"

    def run(self, script: bytes, argument: str, environment: Mapping[str, str], timeout: float) -> Completed:
        given = _Given(script, argument.encode())
        command = self._loading(given, own_users=self.own_users)
        return run_process(command, {**self._variables, **environment}, timeout, given.stdin)

    def invoke(self, handler: str, environment: Mapping[str, str], event: object, timeout: float) -> object:
        plan = {**self._plan(handler, environment), "event": event, "timeout": timeout}
        given = _Given(RUNTIME_API.read_bytes() if self.has_client else DIRECT.encode(), json.dumps(plan).encode())
        done = run_process(self._loading(given), {**self._variables, **environment}, timeout + 5, given.stdin)
        outcome = json.loads(done.stdout) if done.stdout.strip() else {"error": f"ended with exit code {done.code}"}
        if "error" in outcome:
            raise VerificationError.of(handler, _told(outcome["error"]), log=done.stderr)
        return outcome["answer"]

    def start(self, handler: str, environment: Mapping[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the Lambda runtime with this handler for many events; runtime_api tells how they are given.

        What it writes goes to `log`. Raises EngineError without awslambdaric.
        """
        if not self.has_client:
            raise EngineError.of("awslambdaric", "is not installed", cure="pip install awslambdaric, or use containers")
        given = _Given(RUNTIME_API.read_bytes(), json.dumps(self._plan(handler, environment)).encode())
        process = subprocess.Popen(
            self._loading(given, lasting=True),
            env={**self._variables, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        if process.stdin:
            process.stdin.write(given.stdin)
            process.stdin.flush()
        return process

    def _plan(self, handler: str, environment: Mapping[str, str]) -> dict[str, object]:
        variables = {"_HANDLER": handler, "LAMBDA_TASK_ROOT": self.task, "PYTHONPATH": self.module_path}
        return {
            "handler": handler,
            "environment": {**variables, **environment},
            "command": [self._interpreter, "-S", "-P", "-m", "awslambdaric", handler],
        }

    def _loading(self, given: _Given, *, own_users: bool = False, lasting: bool = False) -> list[str]:
        sizes = [str(len(given.script)), str(len(given.argument))]
        quiet = [] if self.confined else ["-B"]
        arguments = ["-I", "-S", *quiet, "-c", LOADER, self.module_path, *sizes]
        return self.entered(arguments, own_users=own_users, lasting=lasting)

    def entered(self, arguments: Sequence[str], *, own_users: bool = False, lasting: bool = False) -> list[str]:
        """Return what starts the interpreter inside; with `own_users` the bounds are those of several packages."""
        bounds, times = Bounds(), _PACKAGES + 1 if own_users else 1
        entry = Entry(
            folder=str(self.folder),
            python=sys.base_prefix,
            command=(self._interpreter, *arguments),
            libraries=self._libraries,
            confined=self.confined,
            online=self.online,
            own_users=own_users,
            lasting=lasting,
            bubblewrap=self.bubblewrap,
            drop=self._drops,
            memory=times * (bounds.memory + 256 * MIB),
            temporary=times * bounds.disk + 64 * MIB,
            names=times * bounds.names + 1000,
            processes=times * bounds.processes + 64,
        )
        name = enter_sandbox.__name__
        root = Path(enter_sandbox.__file__).parents[name.count(".")]
        return [sys.executable, "-I", "-S", "-c", _START, str(root), name, entry.to_json()]

    @property
    def _interpreter(self) -> str:
        """The host's own Python below /var/lang; no virtual environment, whose packages would be seen."""
        own = Path(_interpreter())
        inside = Path(sys.base_prefix).resolve()
        return f"/var/lang/{own.relative_to(inside)}" if self.confined and own.is_relative_to(inside) else str(own)

    @property
    def _libraries(self) -> str:
        if self.confined:
            return LIBRARIES
        return ":".join([self.task, f"{self.task}/lib", f"{self.opt}/lib", f"{sys.base_prefix}/lib"])

    @property
    def _variables(self) -> dict[str, str]:
        if self.confined:
            return {"PATH": PROGRAMS}
        return {"PATH": f"/var/lang/bin:{os.defpath}", "PYTHONDONTWRITEBYTECODE": "1"}

    @property
    def _drops(self) -> bool:
        """Whether root can become nobody for it, who has to reach its files."""
        return anyone_reaches(self.folder, Path(_interpreter()))


def _interpreter() -> str:
    """Return the interpreter that virtual environments of this one stand on."""
    base: str = getattr(sys, "_base_executable", sys.executable)
    return str(Path(base).resolve())


def _told(error: object) -> str:
    if isinstance(error, dict):
        return f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}"
    return str(error)
