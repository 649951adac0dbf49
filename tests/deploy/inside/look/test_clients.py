"""Where the requests of AWS clients go: nothing answers there, whoever wants to."""

from __future__ import annotations

import errno
import socket
from urllib.parse import urlsplit

import pytest

from deploy.inside.look import clients


def test_nobody_can_listen_where_requests_are_sent_and_they_are_refused() -> None:
    address = "127.0.0.1", urlsplit(clients._closed()).port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use") as refused:
            other.bind(address)
    assert refused.value.errno == errno.EADDRINUSE
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)
    clients._port().close()
    clients._port.cache_clear()
