"""OSV on loopback: it answers as https://google.github.io/osv.dev/api/ says, from records of OSV.

A record's list of versions is shortened; it decides which versions are affected.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

RECORDS = Path(__file__).with_name("osv")


@dataclass
class OsvService:
    """Answers from the records; with `status` other than 200, as a service that is down. `asked` is what came.

    Without `rates`, single records cannot be had, as from a mirror that only takes queries.
    """

    status: int = 200
    rates: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(service.answer(query) if self.path == "/v1/query" else None)

            def do_GET(self) -> None:
                path = RECORDS / f"{self.path.removeprefix('/v1/vulns/')}.json"
                self._answer(json.loads(path.read_text()) if path.is_file() and service.rates else None)

            def _answer(self, found: dict[str, Any] | None) -> None:
                content = json.dumps(found).encode()
                self.send_response(404 if found is None else service.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1/query"

    def answer(self, query: dict[str, Any]) -> dict[str, Any]:
        name, version = query["package"]["name"], query["version"]
        self.asked.append((name, version))
        records = [json.loads(path.read_text()) for path in sorted(RECORDS.glob("*.json"))]
        found = [record for record in records if _affects(record, name, version)]
        return {"vulns": found} if found else {}


def _affects(record: dict[str, Any], name: str, version: str) -> bool:
    return any(each["package"]["name"] == name and version in each["versions"] for each in record["affected"])
