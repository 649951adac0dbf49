"""Bytecode that is missing, stale, or of another Python."""

from __future__ import annotations

import py_compile
from typing import TYPE_CHECKING, Any

import pytest

from deploy.settings import Layer
from tests.deploy.layer.audit.refusals import said
from tests.deploy.layer.synthetic import Made, cached, compiled, layer

if TYPE_CHECKING:
    from pathlib import Path


def test_missing_bytecode_is_refused(tmp_path: Path) -> None:
    found = said(layer(tmp_path, Made(), lacking=lambda path: path.endswith(".pyc")))
    assert "tiny: python/tiny/__init__.py: has no bytecode" in found


def test_stale_bytecode_is_refused(tmp_path: Path) -> None:
    path = "python/tiny/__init__.py"
    found = said(layer(tmp_path, Made(), extra={cached(path): compiled(path, b"x = 2\n")}))
    assert f"{cached(path)}: is stale: it was compiled from another source" in found


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (py_compile.PycInvalidationMode.TIMESTAMP, "checks its source's time"),
        (py_compile.PycInvalidationMode.CHECKED_HASH, "checks its source's hash"),
    ],
)
def test_bytecode_that_checks_its_source_is_refused(
    tmp_path: Path, mode: py_compile.PycInvalidationMode, expected: str
) -> None:
    path = "python/tiny/__init__.py"
    assert expected in said(layer(tmp_path, Made(), extra={cached(path): compiled(path, b"x = 1\n", mode=mode)}))


def test_bytecode_of_another_python_is_refused(tmp_path: Path) -> None:
    path = "python/tiny/__init__.py"
    other = (3531).to_bytes(2, "little") + compiled(path, b"x = 1\n")[2:]
    assert "is not bytecode of python3.11" in said(layer(tmp_path, Made(), extra={cached(path): other}))


def test_a_later_runtimes_bytecode_is_judged_by_that_runtimes_numbers(tmp_path: Path) -> None:
    """The bytes are what Python 3.13 wrote for this source: its magic number, unchecked, and its hash of it."""
    path, source = "python/tiny/__init__.py", b"x = 1\n"
    there = cached(path).replace("cpython-311", "cpython-313")
    header = bytes.fromhex("f30d0d0a 01000000 e786e2893651120e")
    later: Any = {"spec": {"runtime": "python3.13"}, "lacking": lambda name: name == cached(path)}
    assert said(layer(tmp_path / "good", Made(), extra={there: header}, **later)) == ""
    assert "has no bytecode" in said(layer(tmp_path / "none", Made(), **later))
    stale = layer(tmp_path / "stale", Made(), extra={there: header, path: source + b"y = 2\n"}, **later)
    assert "is stale: it was compiled from another source" in said(stale)


def test_bytecode_that_no_import_finds_is_refused(tmp_path: Path) -> None:
    path = "python/tiny/gone.py"
    assert "is never used" in said(layer(tmp_path, Made(), extra={cached(path): compiled(path, b"")}))


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_bytecode_that_is_all_there_is_of_a_module_is_fine_where_it_is_of_this_python(
    tmp_path: Path, mode: py_compile.PycInvalidationMode
) -> None:
    """Without a source Python compares nothing with it but its magic number (importlib.SourcelessFileLoader)."""
    path = "python/tiny/alone.pyc"
    content = compiled(path, b"", mode=mode)
    assert said(layer(tmp_path / "fits", Made(), extra={path: content})) == ""
    other = (3531).to_bytes(2, "little") + content[2:]
    found = said(layer(tmp_path / "misfits", Made(), extra={path: other}))
    assert "is not bytecode of python3.11" in found
    assert "lock a wheel that brings its sources" in found


def test_a_template_that_is_no_python_needs_no_bytecode(tmp_path: Path) -> None:
    assert said(layer(tmp_path, Made(), extra={"python/tiny/template.py": b"class {{ name }}:\n"})) == ""


def test_a_module_that_is_too_deep_for_the_compiler_needs_no_bytecode(tmp_path: Path) -> None:
    deep = f"x = 0\ny = {'+'.join('x' * 9999)}\n".encode()
    assert said(layer(tmp_path, Made(), extra={"python/tiny/deep.py": deep})) == ""


def test_a_distribution_from_which_sourceless_was_withdrawn_has_both(tmp_path: Path) -> None:
    settings = Layer(name="tiny-layer", bytecode="sourceless")
    source = {"python/tiny/more.py": b"y = 1\n"}
    withdrawn = {"withdrawn": {"tiny": ("sourceless",)}}
    found = said(layer(tmp_path, Made(), settings=settings, extra=source, spec=withdrawn))
    assert "tiny: python/tiny/more.py: has no bytecode" in found
    assert "every cold start would compile it" in found
    beside = {cached("python/tiny/more.py"): compiled("python/tiny/more.py", b"y = 1\n")}
    assert said(layer(tmp_path, Made(), settings=settings, extra=source | beside, spec=withdrawn)) == ""


def test_a_source_beside_its_bytecode_is_refused_in_a_sourceless_layer(tmp_path: Path) -> None:
    settings = Layer(name="tiny-layer", bytecode="sourceless")
    found = said(layer(tmp_path, Made(), settings=settings, extra={"python/tiny/__init__.py": b"x = 1\n"}))
    assert "has its source and its bytecode, and the source wins" in found
