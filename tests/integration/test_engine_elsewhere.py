"""Engines that are reached in another way than by the socket of this machine."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import image_digest
from deploy.container.engine import Engine
from tests.integration.engine_calls import filled, python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.container


def test_an_engine_behind_tcp_serves_the_same(runtime_image: str) -> None:
    """What a remote engine, or Docker Desktop, looks like from here."""
    with forwarded("/var/run/docker.sock") as port:
        environment = {**os.environ, "DOCKER_HOST": f"tcp://127.0.0.1:{port}"}
        with (
            Engine.connect(environment) as remote,
            filled(remote, runtime_image, {"/opt": {"a": b"hello"}}) as container,
        ):
            done = container.call(python("import sys; print(sys.stdin.read(2), open('/opt/a').read())"), stdin=b"ok")
    assert done.stdout == "ok hello\n"
    assert image_digest(runtime_image, environment) is None


@contextmanager
def forwarded(path: str) -> Iterator[int]:
    """Forward a TCP port of this machine to a Unix socket."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as target:
                target.connect(path)
                back = threading.Thread(target=pump, args=(target, self.request))
                back.start()
                pump(self.request, target)
                back.join()

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Forward) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_an_engine_of_a_context_serves_the_same(runtime_image: str, tmp_path: Path) -> None:
    folder = tmp_path / "contexts/meta" / hashlib.sha256(b"mine").hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": "mine", "Endpoints": {"docker": {"Host": "unix:///var/run/docker.sock"}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    environment = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "mine"}
    with Engine.connect(environment) as found, filled(found, runtime_image, {"/opt": {"a": b"hello"}}) as container:
        done = container.call(python("import sys; print(sys.stdin.read(2), open('/opt/a').read())"), stdin=b"ok")
    assert done.stdout == "ok hello\n"
