"""What is an input of an assembly shows in the layer, and nothing else does."""

from __future__ import annotations

import gzip
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nacl._sodium
import pytest

from deploy.inside import assemble
from deploy.inside.exchange import TrimPolicy
from tests.deploy.inside.assembling import ONE, TOOL, TWO, pin_the_tool
from tests.deploy.inside.synthetic import recipe, wheel

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = gzip.compress(json.dumps({"metadata": {}, "documentation": "long"}).encode())
BOTOCORE = wheel("botocore", {"botocore/data/sqs/2012-11-05/service-2.json.gz": MODEL, "botocore/__init__.py": ""})
NATIVE = wheel("native", {"native/_sodium.so": Path(nacl._sodium.__file__).read_bytes(), "native/x.py": "1"})
MIXED = [BOTOCORE, NATIVE, ONE, TWO]


@pytest.fixture(autouse=True)
def _the_tool_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin_the_tool(tmp_path, monkeypatch)


def mixed(**changes: Any) -> bytes:
    """Assemble a layer in which every step has something to do; `changes` are of its recipe."""
    wanted = recipe(*MIXED, botocore_documentation=True, debug_symbols=True, tests=True, metadata=True)
    return assemble.assemble(replace(wanted, **changes), dict([*MIXED, TOOL]), {}, {})["layer.zip"]


@pytest.fixture(scope="module")
def usual() -> bytes:
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        pin_the_tool(Path(folder), patched)
        return mixed()


def test_hashes_of_files_that_are_not_installed_do_not_show(usual: bytes) -> None:
    pins = tuple(replace(each, hashes=(*each.hashes, "0" * 64, "f" * 64)) for each in recipe(*MIXED).pins)
    assert mixed(pins=pins) == usual


def _other_python(patched: pytest.MonkeyPatch, folder: Path) -> None:
    del folder
    patched.setattr("platform.python_version", lambda: "3.11.99")


def _other_machine(patched: pytest.MonkeyPatch, folder: Path) -> None:
    del folder
    patched.setattr("platform.machine", lambda: "riscv64")
    patched.setattr("os.sched_getaffinity", lambda _: {0})


def _other_binutils(patched: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "strip").write_text("#!/bin/sh\n: > $2\n", encoding="utf-8")
    (folder / "strip").chmod(0o755)
    patched.setenv("PATH", str(folder))


def _no_binutils(patched: pytest.MonkeyPatch, folder: Path) -> None:
    patched.setenv("PATH", str(folder))


def _other_zlib(patched: pytest.MonkeyPatch, folder: Path) -> None:
    """A build of zlib that compresses to other bytes."""
    del folder
    patched.setattr("zlib.compress", lambda content, *_, **__: content[::-1])
    patched.setattr("gzip.compress", lambda content, *_, **__: content[::-1])
    patched.delattr("zlib.compressobj")


def _other_time_and_user(patched: pytest.MonkeyPatch, folder: Path) -> None:
    patched.setattr("time.time", lambda: 1.0)
    for name in ("HOME", "TMPDIR"):
        patched.setenv(name, str(folder))
    patched.setenv("USER", "somebody")
    patched.setattr("tempfile.tempdir", None)


@pytest.mark.parametrize(
    "other", [_other_python, _other_machine, _other_binutils, _no_binutils, _other_zlib, _other_time_and_user]
)
def test_what_is_no_input_does_not_show(
    other: Callable[[pytest.MonkeyPatch, Path], None], usual: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other(monkeypatch, tmp_path / "elsewhere")
    assert mixed() == usual


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": "other"},
        {"architecture": "arm64"},
        {"bytecode": "sourceless"},
        {"trim": TrimPolicy()},
        {"withdrawn": {"native": ("debug-symbols",)}},
    ],
)
def test_what_is_an_input_shows(changes: dict[str, Any], usual: bytes) -> None:
    assert mixed(**changes) != usual
