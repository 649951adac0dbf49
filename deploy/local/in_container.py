"""A published function in the runtime image, behind the real Runtime Interface Emulator.

Its code and its merged layers are mounted read-only at /var/task and /opt. What it calls is on this machine's
loopback. On Linux it shares the machine's network, and both of the emulator's ports are loopback's; elsewhere engines
run in a machine of their own, which reaches this one as host.docker.internal.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from ..code import tree_digest
from ..layer.backend.containers import failure
from ..layer.backend.protocol import OPT, TASK_ROOT
from .children import free_port
from .functions import InvocationOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..container.calls import Container
    from ..container.engine import Engine
    from .published import Published

_EMULATOR = "/usr/local/bin/aws-lambda-rie"
_BOOTSTRAP = "/var/runtime/bootstrap"
_INVOCATIONS = "/2015-03-31/functions/function/invocations"
_INSIDE_PORT = 8080
_START_SECONDS = 30.0
_GRACE_SECONDS = 15
_LOG_CHARACTERS = 8000
_LOOPBACK = re.compile(r"(?<=://)(127\.0\.0\.1|localhost)(?=[:/]|$)")


@dataclass
class Containers:
    """Starts functions in containers of an image; the same code or layers are brought to the engine once."""

    engine: Engine
    image_id: str
    opened: ExitStack
    shares_network: bool = sys.platform == "linux"
    _volumes: dict[tuple[str, str], str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def __call__(self, published: Published) -> Iterator[ContainerFunction]:
        port, api = free_port(), free_port()
        how: dict[str, Any] = {"network": "bridge", "port": _INSIDE_PORT}
        addresses: list[str] = []
        if self.shares_network:
            how = {"network": "host"}
            addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
            addresses += ["--runtime-api-address", f"127.0.0.1:{api}"]
        with self.engine.container(
            self.image_id,
            [*addresses, _BOOTSTRAP],
            entrypoint=[_EMULATOR],
            environment=self._variables(published),
            volumes={OPT: self._volume(OPT, published.opt), TASK_ROOT: self._volume(TASK_ROOT, published.task)},
            **how,
        ) as container:
            reached = port if self.shares_network else container.port(_INSIDE_PORT)
            yield ContainerFunction(container, f"http://127.0.0.1:{reached}", published.timeout)

    def _variables(self, published: Published) -> dict[str, str]:
        variables = {
            **published.environment,
            "_HANDLER": published.handler,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(published.timeout),
        }
        if self.shares_network:
            return variables
        return {name: _LOOPBACK.sub("host.docker.internal", value) for name, value in variables.items()}

    def _volume(self, path: str, files: Mapping[str, bytes]) -> str:
        key = path, tree_digest.of_files(files)
        with self._lock:
            if key not in self._volumes:
                made = self.opened.enter_context(self.engine.volumes(self.image_id, {path: files}))
                self._volumes[key] = made[path]
            return self._volumes[key]


@dataclass
class ContainerFunction:
    """Implements deploy.local.functions.Instance. `timeout` is the function's own, in seconds."""

    container: Container
    url: str
    timeout: int
    session: requests.Session = field(default_factory=requests.Session)
    _is_ready: bool = False

    def invoke(self, event: object) -> InvocationOutcome:
        self.session.trust_env = False  # no proxy stands between two places of one machine
        if not self._is_ready and not self._await():
            return self._crashed("the Runtime Interface Emulator did not start")
        try:
            answer = self.session.post(
                self.url + _INVOCATIONS, data=json.dumps(event), timeout=self.timeout + _GRACE_SECONDS
            )
        except requests.RequestException as error:
            return self._crashed(str(error))
        return self._outcome(answer.text)

    def _await(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.container.is_running():
            try:
                self.session.get(self.url, timeout=2)
            except requests.RequestException:
                time.sleep(0.01)
            else:
                self._is_ready = True
                return True
        return False

    def _outcome(self, text: str) -> InvocationOutcome:
        if not (wrong := failure(text)):
            return InvocationOutcome(payload=json.loads(text))
        payload = json.loads(text) if text.startswith("{") else {"errorType": "Sandbox.Timedout", "errorMessage": wrong}
        return InvocationOutcome(payload=payload, failed=True, log=self._log())

    def _crashed(self, what: str) -> InvocationOutcome:
        payload = {"errorType": "Sandbox.Crashed", "errorMessage": what}
        return InvocationOutcome(payload=payload, failed=True, log=self._log(), ended=True)

    def _log(self) -> str:
        return self.container.logs()[-_LOG_CHARACTERS:]
