"""One invocation without the Runtime Interface Emulator: a script that runs in the sandbox.

It serves Lambda's runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) on loopback for
a single event, starts the command of its plan, which is the real runtime interface client, and prints how that
answered: {"answer": …} or {"error": …}. What the client and the handler write goes to stderr.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_VERSION = "/2018-06-01/runtime"
_REQUEST = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


class RuntimeApi(ThreadingHTTPServer):
    """Hands out one event, and keeps the outcome."""

    daemon_threads = True

    def __init__(self, event: object, timeout: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event = json.dumps(event).encode()
        self.deadline = time.time() + timeout
        self.handed_out = False
        self.outcome: dict[str, Any] = {}
        self.done = threading.Event()

    def finish(self, outcome: dict[str, Any]) -> None:
        if not self.done.is_set():
            self.outcome = outcome
            self.done.set()


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name is http.server's
        if self.server.handed_out:
            time.sleep(self.server.deadline - time.time())  # there is no second event
        self.server.handed_out = True
        self._answer(
            200,
            self.server.event,
            {
                "Lambda-Runtime-Aws-Request-Id": _REQUEST,
                "Lambda-Runtime-Deadline-Ms": str(int(self.server.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:012345678912:function:test",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(202, b'{"status":"OK"}', {})
        kind = self.path.removeprefix(_VERSION)
        content = json.loads(body or b"null")
        self.server.finish({"answer" if kind.endswith("/response") else "error": content})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


def main(plan: dict[str, Any]) -> None:
    with RuntimeApi(plan["event"], plan["timeout"]) as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        environment = {**os.environ, **plan["environment"], "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
        with subprocess.Popen(plan["command"], env=environment, stdin=subprocess.DEVNULL, stdout=2) as client:
            threading.Thread(target=_watch, args=(client, api), daemon=True).start()
            if not api.done.wait(plan["timeout"]):
                api.finish({"error": {"errorType": "Timeout", "errorMessage": f"no answer in {plan['timeout']} s"}})
            client.kill()
        api.shutdown()
    print(json.dumps(api.outcome))


def _watch(client: subprocess.Popen[bytes], api: RuntimeApi) -> None:
    code = client.wait()
    time.sleep(0.1)  # an error that it sent just before may still be on its way
    api.finish({"error": {"errorType": "Runtime.ExitError", "errorMessage": f"the runtime ended with code {code}"}})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
