from __future__ import annotations

import importlib.util
import platform
import shutil
import struct
from pathlib import Path

import pytest

from deploy.inside.symbols import strip
from tests.deploy.inside.synthetic import tree

needs_strip = pytest.mark.skipif(not shutil.which("strip"), reason="binutils is not installed")


def extension(module: str) -> bytes:
    """Return an extension module as its wheel brought it, with its symbols."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_bytes()


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, for a `strip` of the test's own."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def script(folder: Path, work: str) -> None:
    version = 'if [ "$1" = --version ]; then echo "strip of a test 1.0"; exit; fi'
    (folder / "strip").write_text(f"#!/bin/sh\n{version}\n{work}\n", encoding="utf-8")
    (folder / "strip").chmod(0o755)


@needs_strip
def test_symbols_go_and_the_library_still_loads() -> None:
    before = extension("nacl._sodium")
    result = strip(tree({"nacl/_sodium.abi3.so": before, "nacl/signing.py": ""}))
    after = result.change["nacl/_sodium.abi3.so"]
    assert after is not None
    assert len(after) < len(before) / 4
    assert result.kept == {}
    assert "strip" in result.tool


@needs_strip
def test_stripping_what_is_stripped_changes_nothing() -> None:
    once = strip(tree({"a.so": extension("nacl._sodium")})).change["a.so"]
    assert once is not None
    assert strip(tree({"a.so": once})).change == {}


def test_without_the_tool_everything_keeps_its_symbols(tool: Path) -> None:
    assert not list(tool.iterdir())
    result = strip(tree({"a.so": extension("yaml._yaml")}))
    assert (result.change, result.kept, result.tool) == ({}, {}, "")


def test_a_library_that_does_not_load_any_more_keeps_its_symbols(tool: Path) -> None:
    script(tool, ': > "$2"')
    result = strip(tree({"yaml/_yaml.so": extension("yaml._yaml")}))
    assert result.change == {}
    assert result.kept == {"yaml/_yaml.so": "does not load without: yaml/_yaml.so: file too short"}
    assert result.tool == "strip of a test 1.0"


def test_a_library_that_the_tool_refuses_keeps_its_symbols(tool: Path) -> None:
    script(tool, 'echo "strip: $2: file format not recognized" >&2; exit 1')
    result = strip(tree({"a.so": extension("yaml._yaml")}))
    assert (result.change, result.kept) == ({}, {"a.so": "strip failed: file format not recognized"})


def test_one_bad_library_does_not_cost_the_others_theirs(tool: Path) -> None:
    script(tool, 'case "$2" in */bad.so) : > "$2";; *) /usr/bin/strip "$@";; esac')
    if not Path("/usr/bin/strip").exists():
        pytest.skip("binutils is not installed")
    original = extension("nacl._sodium")
    result = strip(tree({"bad.so": original, "good.so": original}))
    assert (list(result.change), list(result.kept)) == (["good.so"], ["bad.so"])


@needs_strip
def test_a_library_that_never_loaded_here_is_no_evidence_against_the_tool() -> None:
    elsewhere = extension("nacl._sodium").replace(b"libc.so.6\0", b"libq.so.6\0")
    result = strip(tree({"a.so": elsewhere}))
    assert (list(result.change), result.kept) == (["a.so"], {})


def test_a_library_for_another_processor_is_left_alone_whatever_the_tool_can_do(tool: Path) -> None:
    script(tool, ': > "$2"')
    foreign = struct.pack("<H", 62 if platform.machine() == "aarch64" else 183)
    content = extension("yaml._yaml")
    result = strip(tree({"a.so": content[:18] + foreign + content[20:]}))
    assert result.change == {}
    assert "another processor" in result.kept["a.so"]


@needs_strip
def test_a_library_that_is_damaged_is_left_as_it_is() -> None:
    result = strip(tree({"a.so": b"\x7fELF and nothing more"}))
    assert (result.change, list(result.kept)) == ({}, ["a.so"])


def test_what_only_has_the_name_of_a_library_is_left_alone(tool: Path) -> None:
    script(tool, ': > "$2"')
    assert strip(tree({"a.so": "a linker script", "b.py": ""})).change == {}
