"""Libraries for other machines that lie beside those for this one, as a debugger's helpers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.layer.audit.audit import inspect
from tests.deploy.layer.audit.test_code import AARCH64, of_machine
from tests.deploy.layer.synthetic import EXTENSION, Made, layer

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.audit.audit import Audit

I386 = 3
OWN = EXTENSION.read_bytes()
MACOS = b"\xcf\xfa\xed\xfe" + bytes(28)


def audited(tmp_path: Path, **libraries: bytes) -> Audit:
    files = {f"tiny/{name.replace('__', '.')}": content for name, content in libraries.items()}
    return inspect(layer(tmp_path, Made(files={"tiny/__init__.py": "", **files})))


def test_several_machines_and_systems_are_one_remark(tmp_path: Path) -> None:
    found = audited(tmp_path, helper__so=OWN, helper_32__so=of_machine(OWN, I386), helper__dylib=MACOS)
    assert found.faults == ()
    assert (
        "tiny: python/tiny/helper_32.so and 1 more: for i386, macOS; nothing loads such a library here, nor in what "
        "pip installs"
    ) in found.remarks


def test_where_none_is_for_this_machine_several_others_are_a_remark_too(tmp_path: Path) -> None:
    found = audited(tmp_path, helper_64__so=of_machine(OWN, AARCH64), helper_32__so=of_machine(OWN, I386))
    assert found.faults == ()
    assert any("for arm64, i386" in each for each in found.remarks)


def test_a_wheel_for_one_other_machine_is_refused(tmp_path: Path) -> None:
    found = audited(tmp_path, one__so=of_machine(OWN, AARCH64), two__so=of_machine(OWN, AARCH64))
    assert [each.what for each in found.faults] == ["is for arm64; the layer is for x86_64"] * 2


def test_a_file_that_no_loader_knows_makes_a_wheel_for_one_other_machine_none_for_several(tmp_path: Path) -> None:
    found = audited(tmp_path, one__so=of_machine(OWN, AARCH64), link__so=b"libone.so")
    assert [each.what for each in found.faults] == ["is for arm64; the layer is for x86_64"]
    assert [each.what for each in found.foreign] == ["is not an ELF file"]


def test_a_damaged_library_is_refused_whatever_lies_beside_it(tmp_path: Path) -> None:
    found = audited(tmp_path, helper__so=OWN, helper__dylib=MACOS, broken__so=OWN[:100])
    (fault,) = found.faults
    assert "tiny/broken.so" in fault.where
    assert "damaged" in fault.what
