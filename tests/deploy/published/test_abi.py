from __future__ import annotations

import doctest

import pytest

from deploy.published import abi, contents
from tests.deploy.layer.synthetic import EXTENSION
from tests.deploy.published.layers import PYTHON_311, TIMESTAMP, ours, package, zipped


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PYTHON_311 + TIMESTAMP, "timestamp, Python 3.11"),
        (PYTHON_311 + bytes([3, 0, 0, 0]), "checked-hash, Python 3.11"),
        (PYTHON_311 + bytes([9, 0, 0, 0]), "unknown check, Python 3.11"),
        (b"\x01\x00\r\n" + TIMESTAMP, "timestamp, magic number 1"),
    ],
)
def test_bytecode_says_how_it_is_checked_and_whose_it_is(data: bytes, said: str) -> None:
    assert abi.bytecode("a.pyc", data) == said
    assert abi.bytecode("a.py", data) == ""


def test_a_shared_object_says_what_it_needs() -> None:
    found = abi.native("a.so", EXTENSION.read_bytes())
    assert found is not None
    assert str(found).startswith("x86_64, GLIBC_2.")


def test_what_is_called_a_shared_object_and_is_none_says_so() -> None:
    assert abi.native("a.so", b"text") == abi.MachineCode("is not an ELF file")
    assert abi.native("a.py", b"text") is None


def test_a_layer_is_for_the_machine_that_its_manifest_or_its_shared_objects_say() -> None:
    extension = EXTENSION.read_bytes()
    assert contents.read(ours([package("a")], {"a/x.so": extension}, architecture="arm64"), "").architecture == "arm64"
    assert contents.read(zipped({"python/x.so": extension}), "").architecture == "x86_64"
    assert contents.read(zipped({"python/x.py": ""}), "").architecture == ""


def test_the_packages_can_be_had_without_reading_the_files() -> None:
    assert contents.versions(ours([package("a", "2")], {"a/x.so": "no ELF file"}), "") == {"a": "2"}


def test_the_example_is_true() -> None:
    assert doctest.testmod(abi).failed == 0
