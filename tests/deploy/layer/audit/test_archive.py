"""A zip that Lambda, or anybody, cannot unpack."""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.deploy.layer.audit.refusals import said
from tests.deploy.layer.synthetic import Made, entry, layer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("python/sitecustomize.py", "Python imports sitecustomize whenever it starts"),
        ("python/sitecustomize.pyc", "Python imports sitecustomize whenever it starts"),
        ("python/usercustomize/__init__.py", "Python imports usercustomize whenever it starts"),
        ("python/enum.py", "replaces its enum"),
        ("python/json/__init__.py", "replaces its json"),
        ("extensions/agent", "lies outside of where distributions are"),
        ("bootstrap", "lies outside of where distributions are"),
        ("etc/profile", "lies outside of where distributions are"),
        ("/python/absolute.txt", "is not a plain relative path"),
        ("python/../../etc/passwd", "is not a plain relative path"),
        ("python/tiny\\file.txt", "is not a plain relative path"),
        ("python/tiny/__init__.py/below", "lies below python/tiny/__init__.py, which is a file"),
    ],
)
def test_a_file_that_has_no_business_in_a_layer_is_refused(tmp_path: Path, path: str, expected: str) -> None:
    found = said(layer(tmp_path, Made(), extra={path: b""}))
    assert f"tiny-layer: {path}" in found
    assert expected in found


def test_a_backport_of_the_standard_library_is_refused_with_both_ways_to_do_without_it(tmp_path: Path) -> None:
    found = said(layer(tmp_path, Made(name="py-argparse", files={"argparse.py": ""})))
    assert "lock without py-argparse; or, where another needs it, `without: [py-argparse]`" in found


def test_a_mark_of_a_package_that_lies_in_none_belongs_to_whom_it_likes(tmp_path: Path) -> None:
    assert said(layer(tmp_path, Made(files={"__init__.py": "", "tiny/__init__.py": ""}))) == ""


def test_a_model_file_named_pth_inside_of_a_package_is_no_start_up_file(tmp_path: Path) -> None:
    files = {"python/tiny/weights.pth": b"\0", "python/weights.pth/part.bin": b"\0"}
    assert said(layer(tmp_path, Made(), extra=files)) == ""


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (stat.S_IFLNK | 0o777, "is a link or a special file"),
        (stat.S_IFREG | 0o600, "has mode 0600: only its owner may read it"),
    ],
)
def test_an_entry_that_the_runtime_cannot_read_is_refused(tmp_path: Path, mode: int, expected: str) -> None:
    built = layer(tmp_path, Made())
    with zipfile.ZipFile(built.zip, "a") as archive:
        archive.writestr(entry("python/tiny/data", mode), b"/etc/passwd")
    assert f"tiny-layer: python/tiny/data: {expected}" in said(built)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_that_is_in_the_zip_twice_is_refused(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    with zipfile.ZipFile(built.zip, "a") as archive:
        archive.writestr(entry("python/tiny/__init__.py"), b"x = 1\n")
    assert "python/tiny/__init__.py: is in the zip 2 times" in said(built)


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    with zipfile.ZipFile(built.zip, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("python/tiny/data", b"x" * 100)
    assert "uses compression method 14" in said(built)


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    raw = bytearray(built.zip.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the general purpose flags of the first entry of the directory
    built.zip.write_bytes(bytes(raw))
    with zipfile.ZipFile(built.zip) as archive:
        assert archive.infolist()[0].flag_bits & 1
    assert "is encrypted" in said(built)


@pytest.mark.parametrize("at", [0, -3])
def test_a_damaged_file_is_refused(tmp_path: Path, at: int) -> None:
    """Damaged where it begins it cannot be inflated; where it ends its checksum differs."""
    name, content = "python/tiny/data.bin", bytes(range(256)) * 8
    built = layer(tmp_path, Made(), extra={name: content})
    raw = bytearray(built.zip.read_bytes())
    with zipfile.ZipFile(built.zip) as archive:
        info = archive.getinfo(name)
    start = info.header_offset + 30 + len(name)
    raw[start + (at if at >= 0 else info.compress_size + at)] ^= 0x06
    built.zip.write_bytes(bytes(raw))
    assert "is not a zip that can be read" in said(built)


def test_what_is_no_zip_at_all_is_refused(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    built.zip.write_bytes(b"<html>sign in first</html>")
    assert "is not a zip that can be read" in said(built)
