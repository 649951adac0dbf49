from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage, digest_of, image_digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIGEST = "sha256:" + "0f" * 32


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[list[bytes]]:
    """Be an engine that gives one answer on a socket."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield asked
        thread.join()


@pytest.mark.parametrize("reference", [f"a/b:1@{DIGEST}", f"r:5000/a@{DIGEST}", DIGEST])
def test_a_pinned_reference_is_its_own_answer(reference: str) -> None:
    assert image_digest(reference, {"DOCKER_HOST": "unix:///nowhere"}) == RuntimeImage(reference, DIGEST)


def test_a_local_engine_is_asked(tmp_path: Path) -> None:
    body = json.dumps({"Id": DIGEST, "RepoDigests": []}).encode()
    with answering(tmp_path / "s", b"HTTP/1.0 200 OK\r\nA: b\r\n\r\n" + body) as asked:
        found = image_digest("r:5000/a/b:1", {"DOCKER_HOST": f"unix://{tmp_path}/s"})
    assert found == RuntimeImage("r:5000/a/b:1", DIGEST)
    assert asked[0].startswith(b"GET /images/r:5000/a/b:1/json HTTP/1.0\r\n")


@pytest.mark.parametrize("answer", [b"HTTP/1.0 404 Not Found\r\n\r\n{}", b"HTTP/1.0 200 OK\r\n\r\nnonsense", b""])
def test_an_engine_that_cannot_tell_is_left_to_the_sdk(tmp_path: Path, answer: bytes) -> None:
    with answering(tmp_path / "s", answer):
        assert image_digest("a:1", {"DOCKER_HOST": f"unix://{tmp_path}/s"}) is None


@pytest.mark.parametrize("host", ["unix:///nowhere/s", "tcp://127.0.0.1:1", "ssh://somewhere"])
def test_no_engine_or_a_remote_one_is_left_to_the_sdk(host: str) -> None:
    assert image_digest("a:1", {"DOCKER_HOST": host}) is None


def test_the_registrys_digest_counts_where_the_engine_knows_one_for_that_repository() -> None:
    inspected = {"Id": "sha256:id", "RepoDigests": ["other@sha256:no", "r:5000/a@sha256:yes"]}
    assert digest_of("r:5000/a:1", inspected) == "sha256:yes"
    assert digest_of("r:5000/a", inspected) == "sha256:yes"
    assert digest_of("a:1", inspected) == "sha256:id"
    assert digest_of("a:1", {"Id": "sha256:id", "RepoDigests": None}) == "sha256:id"


def test_asking_imports_neither_the_sdk_nor_an_http_library() -> None:
    code = (
        "import sys; from deploy.container.digest import image_digest; image_digest('no-such:1', {})\n"
        "print(sorted({'docker', 'requests', 'http.client', 'ssl'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"
