"""Libraries of other systems that a wheel brings: a remark where its packages are imported, and a refusal where not."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import VerificationError
from deploy.layer.verify import Means, VerifiedLayer, verify
from tests.deploy.layer.in_a_folder import FolderRuntime, reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.programs

WINDOWS, MACOS = b"MZ\x90" + bytes(61), b"\xcf\xfa\xed\xfe" + bytes(28)
CHOOSES = "import sys\nif sys.platform == 'win32':\n    from tiny import native\n"
LOADS = "import ctypes\nctypes.CDLL(__file__.replace('__init__.py', 'helper.so'))\n"


def proven(tmp_path: Path, source: str, libraries: Mapping[str, bytes], *, tag: str = "py3-none-any") -> VerifiedLayer:
    files = {f"tiny/{name}": content for name, content in libraries.items()}
    built = layer(tmp_path, Made(files={"tiny/__init__.py": source, **files}, tags=(tag,)))
    runtime = FolderRuntime(tmp_path / "runtime")
    (verified,) = verify([built], Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, built)))
    return verified


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("Runtime.dll", WINDOWS, "is a Windows library (PE)"),
        ("native.pyd", WINDOWS, "is a Windows library (PE)"),
        ("native.cpython-311-darwin.so", MACOS, "is a macOS library (Mach-O)"),
        ("libtiny.so", b"INPUT(libtiny.so.1)", "is not an ELF file"),
    ],
)
def test_what_works_without_them_is_built_and_they_are_remarked_on(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    evidence = proven(tmp_path, CHOOSES, {name: content}).evidence
    assert (
        f"tiny: python/tiny/{name}: {what}; nothing loads it here, nor in what pip installs, which works"
        in evidence.remarks
    )
    assert [each.module for each in evidence.modules] == ["tiny"]


def test_bytecode_of_another_python_that_was_left_over_is_a_remark(tmp_path: Path) -> None:
    remarks = proven(tmp_path, "", {"old.pyc": b"\x03\xf3\r\n" + bytes(12)}).evidence.remarks
    assert any("python/tiny/old.pyc: is not bytecode of python3.11; nothing loads it" in each for each in remarks)


def test_what_cannot_be_imported_is_refused_for_them(tmp_path: Path) -> None:
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, "from tiny import native\n", {"native.pyd": WINDOWS})
    told = str(caught.value)
    assert "tiny: python/tiny/native.pyd: is a Windows library (PE)" in told
    assert "a wheel for another system was locked" in told


def test_where_nothing_can_be_tried_they_are_refused(tmp_path: Path) -> None:
    image = RuntimeImage("host", "", "x86_64", "this machine is another one")
    made = Made(files={"tiny/__init__.py": CHOOSES, "tiny/native.pyd": WINDOWS})
    built = layer(tmp_path, made, spec={"architecture": "arm64", "image": image})
    with pytest.raises(VerificationError, match="is a Windows library"):
        verify([built], Means(runtime=FolderRuntime(tmp_path / "runtime"), say=lambda _: None))


@pytest.fixture
def helper(tmp_path: Path) -> bytes:
    """Compile a library that takes a function of a newer glibc than Lambda's."""
    if not (gcc := shutil.which("gcc")):
        pytest.skip("there is no gcc")
    source, made = tmp_path / "a.c", tmp_path / "a.so"
    source.write_text("#include <dlfcn.h>\nvoid *opened(void) { return dlopen(0, 1); }\n")
    subprocess.run([gcc, "-shared", "-fPIC", "-o", str(made), str(source)], check=True)
    if b"GLIBC_2.34" not in made.read_bytes():
        pytest.skip("glibc of this machine is older")
    return made.read_bytes()


def test_a_helper_that_no_import_loads_in_a_wheel_for_any_system_is_a_remark(tmp_path: Path, helper: bytes) -> None:
    remarks = proven(tmp_path, "", {"helper.so": helper}).evidence.remarks
    (remark,) = (each for each in remarks if "needs GLIBC_2.34" in each)
    assert remark.endswith("no import loads it, and its wheel is for any system")


@pytest.mark.parametrize(
    ("source", "tag"), [(LOADS, "py3-none-any"), ("", "cp311-cp311-manylinux_2_17_x86_64")], ids=["loaded", "Linux's"]
)
def test_a_library_for_a_newer_linux_is_refused_elsewhere(tmp_path: Path, helper: bytes, source: str, tag: str) -> None:
    with pytest.raises(VerificationError, match=r"helper\.so: needs GLIBC_2\.34"):
        proven(tmp_path, source, {"helper.so": helper}, tag=tag)
