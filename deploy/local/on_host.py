"""A published function without containers: a process of this host that sees its code, its layers and no more.

Both are read-only at /var/task and /opt in a sandbox. Its network is the host's, as the function has work to do
there. The runtime interface client is the real one.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from ..layer.backend.host_sandbox import HostSandbox
from .children import end
from .functions import InvocationOutcome

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from .published import Published

_LOG_BYTES = 8000


@dataclass
class Processes:
    """Starts functions on this host, and says once how."""

    say: Callable[[str], None]
    unconfined: bool = False
    _said: bool = False

    @contextmanager
    def __call__(self, published: Published) -> Iterator[HostFunction]:
        with (
            HostSandbox.filled(
                published.runtime, published.opt, published.task, online=True, unconfined=self.unconfined
            ) as sandbox,
            tempfile.TemporaryFile() as log,
        ):
            if not self._said:
                self.say(f"functions run {sandbox.described}")
                self._said = True
            process = sandbox.start(published.handler, published.environment, log)
            try:
                yield HostFunction(process, log, published)
            finally:
                end(process)


@dataclass
class HostFunction:
    """Implements deploy.local.functions.Instance."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]
    published: Published

    def invoke(self, event: object) -> InvocationOutcome:
        arn = f"arn:aws:lambda:local:0:function:{self.published}"
        asked = {"event": event, "timeout": self.published.timeout, "function_arn": arn}
        said = self._exchange(json.dumps(asked).encode() + b"\n")
        if "error" not in said:
            return InvocationOutcome(payload=said["answer"])
        ended = said["error"].get("errorType") in {"Timeout", "Runtime.ExitError"}
        return InvocationOutcome(payload=said["error"], failed=True, log=self._log(), ended=ended)

    def _exchange(self, line: bytes) -> dict[str, Any]:
        """Give the process a line and read the one that answers it; what has ended has no answer."""
        given, taken = self.process.stdin, self.process.stdout
        answer = b""
        if given and taken and self.process.poll() is None:
            try:
                given.write(line)
                given.flush()
                answer = taken.readline()
            except BrokenPipeError:
                answer = b""
        if not answer:
            return {"error": {"errorType": "Runtime.ExitError", "errorMessage": "the process has ended"}}
        said: dict[str, object] = json.loads(answer)
        return said

    def _log(self) -> str:
        end_of_log = self.log.seek(0, 2)
        self.log.seek(max(0, end_of_log - _LOG_BYTES))
        return self.log.read().decode(errors="replace")
