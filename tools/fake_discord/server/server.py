"""The fake over HTTP: on loopback only, one thread for each connection, kept alive as Discord does."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tools.fake_discord.page import guard, pages
from tools.fake_discord.page.control import PREFIX, control
from tools.fake_discord.server.call import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.fake_discord.fake import FakeDiscord


@contextmanager
def serving(fake: FakeDiscord, port: int = 0) -> Iterator[str]:
    """Serve on 127.0.0.1 and yield the URL; port 0 takes a free one. At the end no client is kept waiting."""
    server = _Server(("127.0.0.1", port), _handler(fake))
    fake.world.bell.silence(on=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        fake.world.bell.silence(on=True)
        server.shutdown()
        server.server_close()
        server.hang_up()
        thread.join()


def reply_to(fake: FakeDiscord, request: Request) -> Answer | None:
    """Answer behind the stage, with the page, or as Discord; None closes the connection without a word."""
    if request.path.startswith(PREFIX):
        return guard.refusal(request, strings=True) or control(fake, request)
    if pages.serves(request.path):
        return guard.refusal(request, strings=False) or pages.page(request)
    return fake.handle(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[Any] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Take no further request on connections that are kept alive; what is being answered is answered."""
        for each in tuple(self._open):
            with suppress(OSError):  # it has just ended by itself
                each.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about a client that has gone: giving up is part of the tests. The rest is a bug, and is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _handler(fake: FakeDiscord) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            reply = reply_to(fake, self._request())
            if reply is None:
                self.close_connection = True
            else:
                self._send(reply)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server's names

        def _request(self) -> Request:
            target = urlsplit(self.path)
            return Request(
                method=self.command,
                path=target.path,
                query=dict(parse_qsl(target.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )

        def _send(self, answer: Answer) -> None:
            body = _encoded(answer)
            head = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
            head += [f"{name}: {value}" for name, value in answer.headers.items() if body or name != "Content-Type"]
            head += [] if answer.status == 204 else [f"Content-Length: {len(body)}"]
            self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

        def log_message(self, *_: object) -> None:
            """Keep quiet: exchanges are recorded."""

    return Handler


def _encoded(answer: Answer) -> bytes:
    if answer.body is None:
        return b""
    return answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
