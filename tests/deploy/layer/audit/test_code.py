"""The code zip by its bytes: native files of other machines, and names that hide those of layers or of Python."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from deploy.executable import Executable
from deploy.layer.audit import code
from deploy.settings import Target
from tests.deploy.layer.synthetic import EXTENSION, Made, layer
from tests.deploy.layer.tiny_program import program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.layer.values import BuiltLayer

X86 = Target("python3.11", "x86_64")
AARCH64 = 183


def told(task: Mapping[str, bytes], *layers: BuiltLayer, target: Target = X86) -> str:
    return "\n".join(map(str, code.faults(task, layers, target)))


def of_machine(content: bytes, machine: int) -> bytes:
    return content[:18] + struct.pack("<H", machine) + content[20:]


def test_a_library_for_another_machine_is_refused() -> None:
    library = EXTENSION.read_bytes()
    assert told({"native/lib.so": library}) == ""
    assert "code: native/lib.so: is for arm64; the code is for x86_64" in told(
        {"native/lib.so": of_machine(library, AARCH64)}
    )
    assert "is for x86_64; the code is for arm64" in told(
        {"native/lib.so": library}, target=Target("python3.11", "arm64")
    )


@pytest.mark.parametrize("name", ["native/lib.so", "native/lib.dylib", "bin/tool"])
def test_a_file_of_macos_is_refused_whatever_it_is_called(name: str) -> None:
    assert f"code: {name}: is a macOS library" in told({name: b"\xcf\xfa\xed\xfe" + bytes(28)})
    assert f"code: {name}: is a macOS library" in told({name: b"\xca\xfe\xba\xbe" + struct.pack(">I", 2) + bytes(28)})


def test_a_class_of_java_is_none_of_macos() -> None:
    assert told({"Main.class": b"\xca\xfe\xba\xbe" + struct.pack(">I", 61) + bytes(28)}) == ""


def test_a_program_that_is_static_runs_everywhere_and_one_of_another_linux_does_not() -> None:
    assert told({"bin/tool": program()}) == ""
    assert "is run by /lib/ld-musl-x86_64.so.1, which Amazon Linux 2 has not" in told(
        {"bin/tool": program(loader="/lib/ld-musl-x86_64.so.1")}
    )
    assert told({"bin/tool": program(loader="/lib64/ld-linux-x86-64.so.2")}) == ""


def test_a_library_that_nobody_has_is_named_and_one_that_a_layer_brings_is_found(tmp_path: Path) -> None:
    wanting = program(loader="/lib64/ld-linux-x86-64.so.2", needs=("libown.so.1",))
    assert "needs libown.so.1, which neither the code nor Amazon Linux 2 has" in told({"bin/tool": wanting})
    assert told({"bin/tool": wanting, "lib/libown.so.1": EXTENSION.read_bytes()}) == ""
    brings = layer(tmp_path, Made(), extra={"lib/libown.so.1": EXTENSION.read_bytes()})
    assert told({"bin/tool": wanting}, brings) == ""


def test_a_program_that_nobody_may_run_is_remarked_upon() -> None:
    assert list(code.remarks({"bin/tool": program()})) == [
        "code: bin/tool is a program, and its mode lets nobody run it"
    ]
    assert list(code.remarks({"bin/tool": Executable(program()), "lib/x.so": EXTENSION.read_bytes()})) == []


@pytest.mark.parametrize("path", ["typing.py", "typing/__init__.py", "json.so", "time.py"])
def test_a_name_of_python_s_own_is_refused(path: str) -> None:
    name = path.partition("/")[0].partition(".")[0]
    assert f"code: {path}: has the name of Python's own {name}" in told({path: b""})


@pytest.mark.parametrize(
    "path", ["rooms/typing.py", "typing.json", "typing/data.json", "test/__init__.py", "typings.py"]
)
def test_what_hides_nothing_of_python_ships(path: str) -> None:
    assert told({path: b""}) == ""


@pytest.mark.parametrize("path", ["tiny.py", "tiny/__init__.py", "tiny.cpython-311-x86_64-linux-gnu.so"])
def test_a_name_of_a_layer_is_refused_and_both_files_are_named(tmp_path: Path, path: str) -> None:
    content = EXTENSION.read_bytes() if path.endswith(".so") else b""
    brings = layer(tmp_path, Made())
    assert f"code: {path}: hides python/tiny/__init__.py of the layer tiny-layer" in told({path: content}, brings)
    assert told({path: content}) == ""


def test_a_folder_of_a_name_without_init_hides_no_package(tmp_path: Path) -> None:
    assert told({"tiny/notes.txt": b"", "tiny/other.py": b""}, layer(tmp_path, Made())) == ""


def test_a_module_of_a_layer_without_sources_is_hidden_as_well(tmp_path: Path) -> None:
    brings = layer(tmp_path, Made(files={"alone.pyc": b"x"}))
    assert "hides python/alone.pyc" in told({"alone.py": b""}, brings)
