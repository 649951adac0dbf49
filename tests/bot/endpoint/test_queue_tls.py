"""Whom the sender believes to be SQS: whoever the certificates in its environment vouch for, and nobody else."""

from __future__ import annotations

import ssl
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from channelwright.endpoint.queue import Queue, QueueError, UnsureQueueError
from tests.authority import Authority
from tests.bot.conftest import QUEUE
from tests.bot.endpoint.test_queue import JOB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "localhost"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.made(tmp_path, "known")


class Sqs(ThreadingHTTPServer):
    """Takes everything; a client that does not believe it is part of the tests."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.taken: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Door)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """Say nothing of it."""


class Door(BaseHTTPRequestHandler):
    server: Sqs

    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(authority: Authority) -> Iterator[Sqs]:
    """Serve as SQS; `authority` vouches for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.signed(NAME))
    served = Sqs(context)
    threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


def sent(server: Sqs, trust: dict[str, str], host: str = NAME) -> int:
    """Send a job over TLS with these variables; return how many messages came."""
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1"}
    address = f"https://{host}:{server.server_port}"
    queue = Queue.from_environment(environment | {"AWS_ENDPOINT_URL": address} | trust, QUEUE)
    try:
        replace(queue, sleep=lambda _seconds: None).put(JOB)
    finally:
        queue.connection.close()
    return len(server.taken)


def test_a_bundle_or_a_directory_that_vouches_for_sqs_is_believed(server: Sqs, authority: Authority) -> None:
    assert sent(server, {"AWS_CA_BUNDLE": str(authority.certificate)}) == 1
    assert sent(server, {"SSL_CERT_DIR": str(authority.directory())}) == 2


def test_another_authority_of_the_same_name_is_not_believed(server: Sqs, tmp_path: Path) -> None:
    stranger = Authority.made(tmp_path, "stranger")
    trusts = {"AWS_CA_BUNDLE": str(stranger.certificate)}, {"SSL_CERT_DIR": str(stranger.directory())}
    for trust in trusts:
        with pytest.raises(QueueError, match="CERTIFICATE_VERIFY_FAILED") as refused:
            sent(server, trust)
        assert not isinstance(refused.value, UnsureQueueError)
    assert server.taken == []


@pytest.mark.parametrize("trust", [{}, {"AWS_CA_BUNDLE": ""}, {"SSL_CERT_DIR": ""}, {"SSL_CERT_DIR": "/nowhere"}])
def test_no_variable_turns_the_verification_off(server: Sqs, trust: dict[str, str]) -> None:
    with pytest.raises(QueueError, match="CERTIFICATE_VERIFY_FAILED"):
        sent(server, trust)
    assert server.taken == []


def test_a_certificate_for_another_name_is_not_believed(server: Sqs, authority: Authority) -> None:
    with pytest.raises(QueueError, match="CERTIFICATE_VERIFY_FAILED"):
        sent(server, {"AWS_CA_BUNDLE": str(authority.certificate)}, host="127.0.0.1")
