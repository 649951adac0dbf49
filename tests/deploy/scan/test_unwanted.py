from __future__ import annotations

import io
import stat
import zipfile

import pytest

from deploy.published import contents
from deploy.scan.targets import ScanTarget
from deploy.scan.unwanted import unwanted
from tests.deploy.scan.conftest import target


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("python/.env", "high"),
        ("python/conf/id_ed25519", "high"),
        ("python/.git/config", "medium"),
        ("python/x.py.orig", "low"),
        ("python/.DS_Store", "low"),
        ("../etc/passwd", "critical"),
        ("/etc/passwd", "critical"),
    ],
)
def test_what_should_not_ship_is_found(path: str, severity: str) -> None:
    (found,) = unwanted(target({path: ""}))
    assert (found.id, found.severity) == (f"file:{path}", severity)


def test_what_a_layer_is_made_of_is_wanted() -> None:
    paths = ["x/__init__.py", "x/__pycache__/y.cpython-311.pyc", "certifi/cacert.pem", ".env.example", "x/z.so"]
    assert not list(unwanted(target({f"python/{path}": "" for path in paths})))


@pytest.mark.parametrize(
    ("mode", "what"), [(stat.S_IFLNK | 0o777, "is a link"), (stat.S_IFREG | 0o4755, "has the set-user-ID")]
)
def test_a_link_and_a_set_user_id_bit_are_found(mode: int, what: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo("python/x")
        entry.external_attr = mode << 16
        archive.writestr(entry, "/etc/passwd")
    (found,) = unwanted(ScanTarget("l:1", content.getvalue(), contents.read(content.getvalue(), "l:1")))
    assert found.what.startswith(what)
