"""Wheels are fetched from package indexes on this machine: on loopback, on the bridge, behind a proxy, over TLS."""

from __future__ import annotations

import hashlib
import http.server
import io
import socket
import ssl
import subprocess
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from deploy.errors import BuildError
from deploy.layer.backend import pip_download

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.container.engine import Engine

pytestmark = pytest.mark.container

OLD, NEW = "small-1.0-py3-none-manylinux_2_26_x86_64.whl", "small-1.0-py3-none-manylinux_2_34_x86_64.whl"
# Settings of the machine that the tests run on stay out of it.
ENVIRONMENT = {"PIP_CONFIG_FILE": "/dev/null", "AWS_SECRET_ACCESS_KEY": "not-for-containers", "PIP_RETRIES": "0"}


def wheel(tag: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("small.py", f"TAG = {tag!r}\n")
        archive.writestr("small-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
        archive.writestr("small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        archive.writestr("small-1.0.dist-info/RECORD", "")
    return buffer.getvalue()


SOURCE = "small-1.0.tar.gz"
WHEELS = {name: wheel(name) for name in (OLD, NEW)} | {SOURCE: b"to be compiled"}


def requirements(*names: str) -> str:
    hashes = [hashlib.sha256(WHEELS[name]).hexdigest() for name in names]
    return "small==1.0 " + " ".join(f"--hash=sha256:{each}" for each in hashes) + "\n"


@dataclass
class Index:
    url: str
    asked: list[str] = field(default_factory=list)
    clients: set[str] = field(default_factory=set)


@contextmanager
def serving(*names: str, address: str = "127.0.0.1", certificate: Path | None = None) -> Iterator[Index]:
    """Serve these wheels as a package index does, also to clients that take this for their proxy."""
    index = Index("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            index.clients.add(self.client_address[0])
            name = self.path.rpartition("/")[2]
            page = "".join(f'<a href="/files/{each}">{each}</a>' for each in names).encode()
            body = WHEELS.get(name, page)
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream" if name in WHEELS else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer((address, 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        index.url = f"http{'s' if certificate else ''}://{address}:{server.server_port}/simple"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Fetcher:
    engine: Engine
    image: str
    into: Path
    said: list[str] = field(default_factory=list)

    def __call__(self, text: str, **settings: str) -> list[str]:
        pip_download.fetch(
            self.engine, self.image, "python3.11", text, self.into, ENVIRONMENT | settings, self.said.append
        )
        return sorted(path.name for path in self.into.iterdir())


@pytest.fixture
def fetcher(engine: Engine, runtime_image: str, tmp_path: Path) -> Fetcher:
    return Fetcher(engine, runtime_image, tmp_path)


@pytest.fixture
def gateway(engine: Engine, runtime_image: str) -> str:
    """This machine's address as containers in a network of their own see it."""
    with engine.container(runtime_image, network="bridge") as container:
        routes = container.call(["cat", "/proc/net/route"]).stdout.splitlines()
    (default,) = (line.split()[2] for line in routes if line.split()[1] == "00000000")
    return socket.inet_ntoa(bytes.fromhex(default)[::-1])


def test_the_wheel_that_fits_the_runtime_is_taken_and_not_one_for_a_newer_glibc(fetcher: Fetcher) -> None:
    with serving(OLD, NEW) as index:
        assert fetcher(requirements(OLD, NEW), PIP_INDEX_URL=index.url) == [OLD]
    assert (fetcher.into / OLD).read_bytes() == WHEELS[OLD]


def test_settings_that_point_to_this_machine_take_its_network_and_it_is_said(fetcher: Fetcher) -> None:
    with serving(OLD) as index:
        fetcher(requirements(OLD), PIP_INDEX_URL=index.url)
    assert fetcher.said == ["downloading in this machine's network, as PIP_INDEX_URL points to it"]


def test_other_settings_leave_the_container_a_network_of_its_own(fetcher: Fetcher, gateway: str) -> None:
    with serving(OLD, address=gateway) as index:
        assert fetcher(requirements(OLD), PIP_INDEX_URL=index.url, PIP_TRUSTED_HOST=gateway) == [OLD]
    assert fetcher.said == []
    (client,) = index.clients
    assert client != gateway
    assert client.split(".")[:2] == gateway.split(".")[:2]


@pytest.mark.sliced(1)
@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "PIP_PROXY"])
def test_the_proxy_reaches_pip(fetcher: Fetcher, variable: str) -> None:
    with serving(OLD) as proxy:
        settings = {variable: proxy.url.removesuffix("/simple"), "PIP_TRUSTED_HOST": "index.invalid"}
        assert fetcher(requirements(OLD), PIP_INDEX_URL="http://index.invalid/simple", **settings) == [OLD]
    assert proxy.asked[0] == "http://index.invalid/simple/small/"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody signed, with its key."""
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    public = path.with_suffix(".crt")
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", "-", "-out", str(public)),
    ]
    key = subprocess.run(command, check=True, capture_output=True).stdout
    path.write_bytes(key + public.read_bytes())
    return path


@pytest.mark.sliced(1)
@pytest.mark.parametrize("variable", ["PIP_CERT", "REQUESTS_CA_BUNDLE"])
def test_this_machines_certificates_reach_pip(fetcher: Fetcher, certificate: Path, variable: str) -> None:
    with serving(OLD, certificate=certificate) as index:
        settings = {variable: str(certificate.with_suffix(".crt")), "PIP_INDEX_URL": index.url}
        assert fetcher(requirements(OLD), **settings) == [OLD]


def test_a_certificate_that_is_not_trusted_is_said_to_be_that(fetcher: Fetcher, certificate: Path) -> None:
    with serving(OLD, certificate=certificate) as index, pytest.raises(BuildError) as raised:
        fetcher(requirements(OLD), PIP_INDEX_URL=index.url)
    assert "PIP_CERT" in raised.value.faults[0].cure
    assert "CERTIFICATE_VERIFY_FAILED" in raised.value.log


def test_a_wheel_with_another_hash_is_refused(fetcher: Fetcher) -> None:
    with serving(OLD) as index, pytest.raises(BuildError) as raised:
        fetcher(requirements(NEW), PIP_INDEX_URL=index.url)
    assert raised.value.faults[0].cause == "a file of the index is not the one that was locked"
    assert hashlib.sha256(WHEELS[OLD]).hexdigest() in raised.value.log
    assert list(fetcher.into.iterdir()) == []


def test_a_lock_without_a_wheel_for_the_runtime_is_refused(fetcher: Fetcher) -> None:
    with serving(NEW) as index, pytest.raises(BuildError) as raised:
        fetcher(requirements(NEW), PIP_INDEX_URL=index.url)
    assert raised.value.faults[0].what == "No matching distribution found for small==1.0"
    assert "fits this runtime" in raised.value.faults[0].cause


def test_sources_are_not_taken_in_place_of_a_wheel(fetcher: Fetcher) -> None:
    with serving(SOURCE) as index, pytest.raises(BuildError) as raised:
        fetcher(requirements(SOURCE), PIP_INDEX_URL=index.url)
    assert raised.value.faults[0].what == "No matching distribution found for small==1.0"


def test_a_requirement_without_a_hash_is_refused(fetcher: Fetcher) -> None:
    with serving(OLD) as index, pytest.raises(BuildError) as raised:
        fetcher("small==1.0\n", PIP_INDEX_URL=index.url)
    assert "Hashes are required in --require-hashes mode" in raised.value.log


def test_an_index_that_cannot_be_reached_is_said_to_be_that(fetcher: Fetcher) -> None:
    with pytest.raises(BuildError) as raised:
        fetcher(requirements(OLD), PIP_INDEX_URL="http://127.0.0.1:1/simple", PIP_RETRIES="1")
    assert "no way to the package index" in raised.value.faults[0].cause
    assert "Connection refused" in raised.value.log
