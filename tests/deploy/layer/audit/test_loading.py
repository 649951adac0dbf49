"""RPATH and stacks of libraries that gcc makes, as readelf shows them too."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from deploy.layer.audit import loading
from tests.deploy.layer.synthetic import EXTENSION

if TYPE_CHECKING:
    from pathlib import Path

PATH = "python/odd/native.so"


def compiled(tmp_path: Path, *options: str) -> bytes:
    if not (gcc := shutil.which("gcc")):
        pytest.skip("there is no gcc")
    source, made = tmp_path / "a.c", tmp_path / "a.so"
    source.write_text("int answer(void) { return 42; }\n")
    subprocess.run([gcc, "-shared", "-fPIC", "-o", str(made), str(source), *options], check=True)
    return made.read_bytes()


@pytest.mark.parametrize("kind", ["--disable-new-dtags", "--enable-new-dtags"])
def test_a_folder_outside_of_the_layer_is_named_once_for_all_that_look_there(tmp_path: Path, kind: str) -> None:
    where = "/home/builder/lib:$ORIGIN/../odd.libs:/opt/lib:$ORIGIN/../../../tmp/x:/usr/lib64"
    data = compiled(tmp_path, f"-Wl,{kind},-rpath,{where}")
    found = [loading.read(PATH, data), loading.read("python/odd/second.so", data)]
    assert found[0].outside == ("/home/builder/lib", "/tmp/x")
    said = list(loading.remarks("deps", found))
    assert said == [
        f"deps: {PATH} and 1 more have their libraries looked for in {folder!r} first, which is outside of the layer "
        "(RPATH)"
        for folder in ("/home/builder/lib", "/tmp/x")
    ]


def test_a_relative_folder_is_whatever_the_process_is_in(tmp_path: Path) -> None:
    assert loading.read(PATH, compiled(tmp_path, "-Wl,-rpath,lib")).outside == ("lib",)


def test_a_stack_that_can_be_executed_is_remarked_on(tmp_path: Path) -> None:
    found = loading.read(PATH, compiled(tmp_path, "-z", "execstack"))
    assert found.executable_stack
    (said,) = loading.remarks("deps", [found])
    assert "asks for a stack that can be executed" in said


def test_an_ordinary_library_and_what_is_none_get_no_word() -> None:
    for data in (EXTENSION.read_bytes(), b"\x7fELF", b"\x7fELF" + bytes(400)):
        assert not list(loading.remarks("deps", [loading.read(PATH, data)]))
