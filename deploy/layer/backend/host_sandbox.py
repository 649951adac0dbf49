"""A place on this host to run the final bytes, as far as it goes without containers.

Where the host allows namespaces of their own, /opt, /var/task and /var/lang are real and read-only, there is no
network, and the interpreter is a nobody; elsewhere they are temporary folders. In both the interpreter sees the
layer, the code and the standard library, and nothing of the host's packages.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from ...completed import Completed
from ...errors import EngineError, PipelineError, VerificationError
from ...executable import mode
from . import enter_sandbox
from .protocol import OPT, TASK_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Reads the script and its argument, and runs the script as __main__ with these folders before the standard library.
_LOADER = """\
import sys
sys.path[:0] = sys.argv[1].split(":")
script, argument = (sys.stdin.buffer.read(int(size)) for size in sys.argv[2:])
sys.argv[:] = ["script", argument.decode()]
exec(compile(script, "script", "exec"), {"__name__": "__main__"})
"""
# What awslambdaric does, where it is not installed: import the handler, call it once, print what came of it.
_DIRECT = """\
import importlib, json, os, sys, types
plan = json.loads(sys.argv[1])
os.environ.update(plan["environment"])
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
try:
    module, _, name = plan["handler"].rpartition(".")
    context = types.SimpleNamespace(
        aws_request_id="direct", function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""), function_version="1",
        invoked_function_arn="", memory_limit_in_mb="128",
        get_remaining_time_in_millis=lambda: int(plan["timeout"] * 1000))
    outcome = {"answer": getattr(importlib.import_module(module.replace("/", ".")), name)(plan["event"], context)}
except BaseException as error:
    outcome = {"error": {"errorType": type(error).__name__, "errorMessage": str(error)}}
answer.write(json.dumps(outcome) + "\\n")
answer.close()
"""


_RUNTIME_API = Path(__file__).with_name("runtime_api.py")


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
    """Implements `protocol.Sandbox`. `isolated` tells that /opt is real and that there is no network.

    `has_client` tells that handlers are started by Lambda's own runtime interface client, awslambdaric, which is
    laid out in /var/runtime as the runtime has it; else they are called directly. `online` leaves the network of the
    host to it, for a function that is to work and not only to be tried.
    """

    folder: Path
    python: str
    isolated: bool
    has_client: bool
    online: bool = False
    # Everybody's numbers are those of the host here, and a process of the same number could be anybody's.
    own_users: bool = False

    @classmethod
    def open(cls, folder: Path, python: str, *, has_client: bool, online: bool = False) -> HostSandbox:
        """Find out what the host allows by doing it once."""
        isolated = cls(folder=folder, python=python, isolated=True, has_client=has_client, online=online)
        works = run_process(isolated.entered(["-c", ""]), {"PATH": os.defpath}, timeout=60).code == 0
        return isolated if works else replace(isolated, isolated=False)

    @classmethod
    @contextmanager
    def filled(
        cls, python: str, opt: Mapping[str, bytes], task: Mapping[str, bytes], *, online: bool = False
    ) -> Iterator[HostSandbox]:
        """Lay these files out in a temporary folder, by path below /opt and /var/task; remove it on leaving."""
        with TemporaryDirectory(prefix="channelwright-") as folder:
            client = runtime_client()
            for name, files in {"opt": opt, "task": task, "runtime": client, "lang": {}}.items():
                write_files(Path(folder, name), files)
            yield cls.open(Path(folder), python, has_client=bool(client), online=online)

    @property
    def opt(self) -> str:
        return OPT if self.isolated else f"{self.folder}/opt"

    @property
    def task(self) -> str:
        return TASK_ROOT if self.isolated else f"{self.folder}/task"

    @property
    def described(self) -> str:
        where = (
            "in namespaces of its own" if self.isolated else "in temporary folders, for this host allows no namespaces"
        )
        how = "started by awslambdaric" if self.has_client else "called directly, for awslambdaric is not installed"
        return f"on this host, {where}; handlers are {how}"

    @property
    def module_path(self) -> str:
        """Lambda's order of modules; the client comes last, as the runtime's own packages do."""
        runtime = "/var/runtime" if self.isolated else f"{self.folder}/runtime"
        return f"{self.task}:{self.opt}/python/lib/{self.python}/site-packages:{self.opt}/python:{runtime}"

    def run(self, script: bytes, argument: str, environment: Mapping[str, str], timeout: float) -> Completed:
        given = _Given(script, argument.encode())
        return run_process(self._loading(given), {**self._variables, **environment}, timeout, given.stdin)

    def invoke(self, handler: str, environment: Mapping[str, str], event: object, timeout: float) -> object:
        plan = {**self._plan(handler, environment), "event": event, "timeout": timeout}
        script = _RUNTIME_API.read_bytes() if self.has_client else _DIRECT.encode()
        done = self.run(script, json.dumps(plan), environment, timeout + 5)
        outcome = json.loads(done.stdout) if done.stdout.strip() else {"error": f"ended with exit code {done.code}"}
        if "error" in outcome:
            raise VerificationError.of(handler, _told(outcome["error"]), log=done.stderr)
        return outcome["answer"]

    def start(self, handler: str, environment: Mapping[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the Lambda runtime with this handler for many events; layer/runtime_api.py tells how they are given.

        What it writes goes to `log`. Raises EngineError without awslambdaric.
        """
        if not self.has_client:
            raise EngineError.of("awslambdaric", "is not installed", cure="pip install awslambdaric, or use containers")
        given = _Given(_RUNTIME_API.read_bytes(), json.dumps(self._plan(handler, environment)).encode())
        process = subprocess.Popen(
            self._loading(given),
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

    def _loading(self, given: _Given) -> list[str]:
        sizes = [str(len(given.script)), str(len(given.argument))]
        return self.entered(["-I", "-S", "-c", _LOADER, self.module_path, *sizes])

    def entered(self, arguments: Sequence[str]) -> list[str]:
        """Return the command that starts the sandbox's interpreter with these arguments, inside."""
        plan = {
            "folder": str(self.folder),
            "python": sys.base_prefix,
            "isolate": self.isolated,
            "online": self.online,
            "drop": self.isolated or _anyone_reaches(self.folder, Path(_interpreter())),
            "command": [self._interpreter, *arguments],
        }
        return [sys.executable, "-I", "-S", enter_sandbox.__file__, json.dumps(plan)]

    @property
    def _interpreter(self) -> str:
        """The host's own Python below /var/lang; no virtual environment, whose packages would be seen."""
        own = Path(_interpreter())
        inside = Path(sys.base_prefix).resolve()
        return f"/var/lang/{own.relative_to(inside)}" if self.isolated and own.is_relative_to(inside) else str(own)

    @property
    def _variables(self) -> dict[str, str]:
        libraries = [self.task, f"{self.task}/lib", f"{self.opt}/lib", f"{sys.base_prefix}/lib"]
        return {
            "HOME": "/tmp",  # noqa: S108 - as in Lambda
            "PATH": f"/var/lang/bin:{os.defpath}",
            "LD_LIBRARY_PATH": ":".join(["/var/lang/lib", *libraries] if self.isolated else libraries),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _interpreter() -> str:
    """Return the interpreter that virtual environments of this one stand on."""
    base: str = getattr(sys, "_base_executable", sys.executable)
    return str(Path(base).resolve())


def _anyone_reaches(*paths: Path) -> bool:
    """Tell whether a user without rights can get to these paths."""
    return all(parent.stat().st_mode & 0o001 for path in paths for parent in [path, *path.parents])


def runtime_client() -> dict[str, bytes]:
    """Return the files of awslambdaric and what it needs, and nothing else of this environment; none without it."""
    try:
        names = ["awslambdaric", "simplejson", "snapshot-restore-py"]
        files = [file for name in names for file in metadata.distribution(name).files or ()]
    except metadata.PackageNotFoundError:
        return {}
    wanted = [file for file in files if file.suffix in {".py", ".so"} and ".." not in file.parts]
    return {str(file): file.read_binary() for file in wanted}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by relative path, so that anyone can read them, and run those that may be run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode(content))
    for path in [folder, *(each for each in folder.rglob("*") if each.is_dir())]:
        path.chmod(0o755)


def run_process(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    stdin: bytes = b"",
    refused: type[PipelineError] = VerificationError,
) -> Completed:
    """Run to the end or to the timeout; then end all that was started, and raise `refused`."""
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            log = (out + err).decode(errors="replace")
            raise refused.of(command[0], f"still ran after {timeout:g} s", log=log) from error
    return Completed(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _told(error: object) -> str:
    if isinstance(error, dict):
        return f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}"
    return str(error)
