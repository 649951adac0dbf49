"""An AWS that refuses some calls in one region, as a service control policy does: a proxy before the emulated one.

The emulator has no such policies. What is refused is told from the request alone: the region that it is signed for,
its method and the end of its path.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "server", "date"}


@contextmanager
def refusing(url: str, region: str, method: str, ending: str) -> Iterator[str]:
    """Pass everything on to `url`, but for calls with this method and path ending in a region; yield where to call."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            signed_for = f"/{region}/" in self.headers.get("Authorization", "")
            if signed_for and self.command == method and path.endswith(ending):
                denied = json.dumps({"Message": "explicit deny in a service control policy"}).encode()
                self.answer(403, {"x-amzn-errortype": "AccessDeniedException"}, denied)
                return
            there = requests.request(
                self.command, f"{url}{self.path}", headers=dict(self.headers), data=body, timeout=90
            )
            self.answer(there.status_code, dict(there.headers), there.content)

        def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    for verb in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        setattr(Proxy, f"do_{verb}", Proxy.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
