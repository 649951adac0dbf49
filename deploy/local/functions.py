"""The pool: functions are started when they are first needed, and kept warm for what comes next.

One instance for each version takes one event at a time, as an execution environment of Lambda does. The version
before the newest stays for a while, so that going back to it is quick.
"""

from __future__ import annotations

import json
import secrets
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from .published import Published

_KEPT_VERSIONS = 2


@dataclass(frozen=True, kw_only=True)
class InvocationOutcome:
    """What an invocation brought: a decoded payload, whether the function failed, and what it wrote if it did.

    `ended` tells that the instance takes no further event.
    """

    payload: object
    failed: bool = False
    log: str = ""
    ended: bool = False


class Instance(Protocol):
    """A started function."""

    def invoke(self, event: object) -> InvocationOutcome: ...


class Starts(Protocol):
    def __call__(self, published: Published, /) -> AbstractContextManager[Instance]:
        """Start a version; it ends on leaving. Raises EngineError where that is not possible."""
        ...


@dataclass
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    opened: ExitStack = field(default_factory=ExitStack)
    instance: Instance | None = None

    def close(self) -> None:
        self.instance = None
        self.opened.close()


@dataclass
class FunctionPool:
    """Instances by function and version. `fetch` gets what was published, `starts` starts it."""

    fetch: Callable[[str, str], Published]
    starts: Starts
    _slots: dict[tuple[str, str], _Slot] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, name: str, version: str, event: object) -> InvocationOutcome:
        """Hand a version an event; wait for the one before it. Raises PipelineError where it cannot be started."""
        slot = self._slot(name, version)
        with slot.lock:
            if slot.instance is None:
                slot.instance = slot.opened.enter_context(self.starts(self.fetch(name, version)))
            outcome = slot.instance.invoke(event)
            if outcome.ended:
                slot.close()
        return outcome

    def close(self) -> None:
        with self._lock:
            slots = list(self._slots.values())
            self._slots.clear()
        for slot in slots:
            slot.close()

    def _slot(self, name: str, version: str) -> _Slot:
        with self._lock:
            slot = self._slots.pop((name, version), None) or _Slot()
            self._slots[name, version] = slot  # now the last one, which is the last to go
            own = [key for key in self._slots if key[0] == name]
            superseded = [self._slots.pop(key) for key in own[:-_KEPT_VERSIONS]]
        for each in superseded:
            with each.lock:
                each.close()
        return slot


@contextmanager
def door(functions: FunctionPool) -> Iterator[str]:
    """Let the emulator invoke functions over HTTP, on loopback, at a URL that only it is told."""
    path = f"/{secrets.token_hex(16)}"
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(functions, path))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()
        functions.close()


def _handler(functions: FunctionPool, path: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is http.server's
            if self.path != path:
                self.send_error(404)
                return
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(_answer(functions, asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what fails is in the answer."""

    return Handler


def _answer(functions: FunctionPool, asked: dict[str, Any]) -> dict[str, object]:
    try:
        outcome = functions.invoke(asked["function"], asked["version"], asked["event"])
    except PipelineError as error:
        refusal = {"errorType": "Sandbox.NotStarted", "errorMessage": str(error)}
        return {"payload": refusal, "failed": True, "log": error.log}
    return {"payload": outcome.payload, "failed": outcome.failed, "log": outcome.log}
