"""Invocations without the Runtime Interface Emulator: a script that runs in the sandbox.

It serves Lambda's runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) on loopback, and
starts the command of its plan, which is the real runtime interface client. An event comes with the plan, or else
many come as lines of {"event", "timeout", "function_arn"} on stdin. How each was answered is printed, a line each:
{"answer": …} or {"error": …}. What the client and the handler write goes to stderr.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_VERSION = "/2018-06-01/runtime"
_ARN = "arn:aws:lambda:us-east-1:012345678912:function:test"


class RuntimeApi(ThreadingHTTPServer):
    """Hands out one event after the other, each once the one before has its outcome.

    `started` is set once the client asks for its first event: its start-up is over then.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: queue.SimpleQueue[tuple[bytes, dict[str, str]]] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
        self.started = threading.Event()

    def invoke(self, event: object, timeout: float, function_arn: str = _ARN) -> dict[str, Any]:
        """Let the client have an event; return how it answered, or that it did not within `timeout` seconds."""
        headers = {
            "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": function_arn,
        }
        self.events.put((json.dumps(event).encode(), headers))
        try:
            return self.outcomes.get(timeout=timeout)
        except queue.Empty:
            return {"error": {"errorType": "Timeout", "errorMessage": f"no answer in {timeout} s"}}


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name is http.server's
        self.server.started.set()
        body, headers = self.server.events.get()
        self._answer(200, body, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(202, b'{"status":"OK"}', {})
        kind = self.path.removeprefix(_VERSION)
        content = json.loads(body or b"null")
        self.server.outcomes.put({"answer" if kind.endswith("/response") else "error": content})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


def main(plan: dict[str, Any]) -> None:
    with RuntimeApi() as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        environment = {**os.environ, **plan["environment"], "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
        with subprocess.Popen(plan["command"], env=environment, stdin=subprocess.DEVNULL, stdout=2) as client:
            threading.Thread(target=_watch, args=(client, api), daemon=True).start()
            for outcome in _outcomes(plan, api):
                print(json.dumps(outcome), flush=True)
            client.kill()
        api.shutdown()


def _outcomes(plan: dict[str, Any], api: RuntimeApi) -> Any:
    """Yield how each event was answered; after a client that ended or hangs there is no further one."""
    if "event" in plan:
        yield api.invoke(plan["event"], plan["timeout"])
        return
    for line in sys.stdin:
        outcome = api.invoke(**json.loads(line))
        yield outcome
        if outcome.get("error", {}).get("errorType") in {"Timeout", "Runtime.ExitError"}:
            return


def _watch(client: subprocess.Popen[bytes], api: RuntimeApi) -> None:
    code = client.wait()
    time.sleep(0.1)  # an error that it sent just before may still be on its way
    error = {"errorType": "Runtime.ExitError", "errorMessage": f"the runtime ended with code {code}"}
    api.outcomes.put({"error": error})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
