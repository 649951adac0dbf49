"""certifi's certificates in other forms. The oracles are the openssl command, and whom real clients believe."""

from __future__ import annotations

import hashlib
import re
import ssl
import subprocess
import threading
from dataclasses import replace
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
import requests
import urllib3

from deploy.inside import certificates
from deploy.inside.refusal import Refused
from tests.authority import Authority, openssl
from tests.deploy.inside.synthetic import recipe, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploy.inside.files import Files

BUNDLE = Path(certifi.where()).read_bytes()
ROOTS = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", BUNDLE, re.DOTALL)
ASKED = replace(recipe(), certificates=("directory", "aws"))


def made(bundle: bytes = BUNDLE) -> Files:
    return certificates.added(tree({certificates.BUNDLE: bundle}), ASKED)


def directory(into: Path, bundle: bytes = BUNDLE) -> Path:
    into.mkdir()
    wanted = replace(recipe(), certificates=("directory",))
    for path, file in certificates.added(tree({certificates.BUNDLE: bundle}), wanted).items():
        if path.startswith(f"{certificates.DIRECTORY}/"):
            (into / path.rpartition("/")[2]).write_bytes(file.content)
    return into


def verified(folder: Path, *certificates: Path) -> bool:
    """Ask the openssl command whether a directory, and nothing else, makes it believe each of these."""
    command = ["openssl", "verify", "-no-CAfile", "-no-CAstore", "-no_check_time", "-CApath", str(folder)]
    return subprocess.run([*command, *certificates], capture_output=True, check=False).returncode == 0


def test_the_directory_holds_each_of_certifis_roots_and_nothing_else(tmp_path: Path) -> None:
    held = [path.read_bytes() for path in directory(tmp_path / "hashed").iterdir()]
    assert sorted(held) == sorted(ROOTS)
    assert len(ROOTS) > 100


def test_openssl_finds_every_one_of_them_under_its_name(tmp_path: Path) -> None:
    """By the names that openssl itself gives them, and by looking each of them up."""
    folder, others = directory(tmp_path / "hashed"), tmp_path / "others"
    others.mkdir()
    for number, root in enumerate(ROOTS):
        (others / f"{number}.pem").write_bytes(root)
    assert verified(folder, *others.iterdir())
    openssl("rehash", str(others))
    names = {path.name for path in others.iterdir() if path.is_symlink()}
    assert names == {path.name for path in folder.iterdir()}


def test_openssl_believes_nobody_else_by_it(tmp_path: Path) -> None:
    """A stranger, and one who calls himself by a root's own name, which leads to the very file."""
    folder = directory(tmp_path / "hashed")
    assert not verified(folder, Authority.made(tmp_path, "stranger").certificate)
    subject = "/C=US/O=Amazon/CN=Amazon Root CA 1"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(tmp_path / "key")]
    posing = openssl("req", "-x509", *curve, "-days", "2", "-subj", subject, "-utf8").encode()
    (tmp_path / "posing").write_bytes(posing)
    hashed = openssl("x509", "-subject_hash", "-noout", "-in", str(tmp_path / "posing")).strip()
    assert (folder / f"{hashed}.0").exists()
    assert not verified(folder, tmp_path / "posing")


@pytest.mark.parametrize(
    "subject",
    [
        "/CN=  Many   spaces  ",
        "/CN=Größe ΔΣ/O=ÄÖÜ",
        "/C=DE+ST=Bavaria+CN=Together",
        "/emailAddress=Somebody@Example.ORG/DC=Org",
        "/CN=" + "x" * 60 + "/OU=" + "Y" * 60 + "/O=" + "z" * 60,
    ],
)
@pytest.mark.parametrize("kind", ["utf8only", "default", "nombstr", "pkix"])
def test_a_name_is_hashed_as_openssl_hashes_it_however_it_is_written(tmp_path: Path, subject: str, kind: str) -> None:
    config = tmp_path / "config"
    config.write_text(f"[req]\ndistinguished_name=dn\nstring_mask={kind}\n[dn]\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(tmp_path / "key")]
    try:
        pem = openssl("req", "-x509", *curve, "-utf8", "-config", str(config), "-subj", subject)
    except subprocess.CalledProcessError:
        pytest.skip("openssl does not write this name in this kind of text")
    (tmp_path / "made").write_text(pem)
    expected = openssl("x509", "-subject_hash", "-noout", "-in", str(tmp_path / "made")).strip()
    assert certificates.subject_hash(ssl.PEM_cert_to_DER_cert(pem)) == expected


def test_two_of_the_same_name_are_both_found(tmp_path: Path) -> None:
    pair = [Authority.made(tmp_path, name).certificate for name in ("one", "other")]
    folder = directory(tmp_path / "hashed", b"".join(each.read_bytes() for each in pair) + ROOTS[0])
    held, stranger = tmp_path / "held", tmp_path / "stranger"
    held.write_bytes(ROOTS[0])
    stranger.write_bytes(ROOTS[1])
    assert [verified(folder, each) for each in (*pair, held, stranger)] == [True, True, True, False]


def test_the_roots_of_aws_are_certifis_own_and_no_more() -> None:
    own = re.findall(rb"-----BEGIN.*?-----END CERTIFICATE-----\n", made()[certificates.AWS].content, re.DOTALL)
    assert set(own) < set(ROOTS)
    digests = {hashlib.sha256(ssl.PEM_cert_to_DER_cert(each.decode())).hexdigest() for each in own}
    assert digests == certificates.AMAZON


def test_what_nobody_asked_for_is_not_made() -> None:
    files = tree({certificates.BUNDLE: BUNDLE})
    assert certificates.added(files, recipe()) == files
    assert certificates.AWS not in certificates.added(files, replace(recipe(), certificates=("directory",)))


def test_a_layer_without_certifi_or_without_roots_of_aws_is_refused() -> None:
    with pytest.raises(Refused, match=r"has no certifi/cacert\.pem"):
        certificates.added(tree({"other.py": b""}), ASKED)
    with pytest.raises(Refused, match="none of the roots of AWS"):
        made(ROOTS[0])


class Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Served(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not believe it is part of the tests."""


@pytest.fixture
def known(tmp_path: Path) -> Authority:
    return Authority.made(tmp_path, "known")


@pytest.fixture
def port(known: Authority) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known.signed("localhost"))
    server = Served(("127.0.0.1", 0), Door)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def by_requests(port: int, folder: Path) -> int:
    return requests.get(f"https://localhost:{port}/", verify=str(folder), timeout=10).status_code


def by_urllib3(port: int, folder: Path) -> int:
    with urllib3.PoolManager(ca_cert_dir=str(folder), cert_reqs="CERT_REQUIRED", retries=False) as pool:
        return pool.request("GET", f"https://localhost:{port}/").status


def by_the_standard_library(port: int, folder: Path) -> int:
    connection = HTTPSConnection("localhost", port, context=ssl.create_default_context(capath=str(folder)))
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("get", [by_requests, by_urllib3, by_the_standard_library])
def test_clients_believe_whom_the_directory_holds_and_nobody_else(
    tmp_path: Path, known: Authority, port: int, get: Callable[[int, Path], int]
) -> None:
    stranger = Authority.made(tmp_path, "stranger").certificate.read_bytes()
    believing = directory(tmp_path / "with", known.certificate.read_bytes() + stranger + ROOTS[0])
    assert get(port, believing) == 204
    without, same_name = directory(tmp_path / "without"), directory(tmp_path / "same-name", stranger + ROOTS[0])
    for folder in (without, same_name):
        with pytest.raises((requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError)):
            get(port, folder)


@pytest.mark.parametrize("path", [f"{certificates.DIRECTORY}/cbf06781.0", certificates.AWS])
def test_a_wheel_that_brings_a_file_where_they_are_looked_for_is_refused(path: str) -> None:
    with pytest.raises(Refused, match="of a wheel already"):
        certificates.added(tree({certificates.BUNDLE: BUNDLE, path: ROOTS[0]}), ASKED)
