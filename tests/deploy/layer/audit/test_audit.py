"""Each fault that a layer's bytes can have, made for real in a small zip, and what the audit says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.inside.exchange import Pin
from deploy.layer.audit.audit import audit, audit_together, inspect
from deploy.settings import Layer
from tests.deploy.layer.audit.refusals import said
from tests.deploy.layer.synthetic import HASH, Made, layer, real_yaml, write_zip

if TYPE_CHECKING:
    from pathlib import Path


def test_a_good_layer_has_no_faults(tmp_path: Path) -> None:
    assert said(layer(tmp_path, Made(), real_yaml())) == ""


def test_a_good_layer_without_sources_has_no_faults(tmp_path: Path) -> None:
    assert said(layer(tmp_path, Made(), settings=Layer(name="tiny-layer", bytecode="sourceless"))) == ""


def test_a_version_other_than_the_locked_one_is_refused(tmp_path: Path) -> None:
    assert "is version 1.0; the lock has 2.0" in said(layer(tmp_path, Made(locked="2.0")))


def test_a_locked_distribution_that_is_not_in_the_layer_is_refused(tmp_path: Path) -> None:
    pins = (Pin(name="boto3", version="1.43", hashes=(HASH,)), Pin(name="tiny", version="1.0", hashes=(HASH,)))
    found = said(layer(tmp_path, Made(), spec={"pins": pins}))
    assert "boto3: tiny-layer: is locked and not in the layer" in found


def test_a_distribution_that_is_not_locked_is_refused(tmp_path: Path) -> None:
    found = said(layer(tmp_path, Made(), spec={"pins": ()}))
    assert "tiny is not in the lock" in found


def test_a_wheel_whose_hash_is_not_locked_is_refused(tmp_path: Path) -> None:
    assert "its sha256 bbbbbbbbbbbb… is not in the lock" in said(layer(tmp_path, Made(sha256="b" * 64)))


@pytest.mark.parametrize(
    "tag",
    [
        "cp311-cp311-manylinux_2_34_x86_64",
        "cp311-cp311-manylinux2014_aarch64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp312-cp312-manylinux_2_17_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
        "cp311-cp311-macosx_11_0_arm64",
        "cp311-cp311-win_amd64",
    ],
)
def test_a_wheel_that_does_not_fit_the_runtime_is_refused(tmp_path: Path, tag: str) -> None:
    assert f"is a wheel for {tag}; it does not fit python3.11 on x86_64" in said(layer(tmp_path, Made(tags=(tag,))))


@pytest.mark.parametrize(
    "tag",
    [
        "cp311-cp311-manylinux_2_26_x86_64",
        "cp38-abi3-manylinux2014_x86_64",
        "cp311-cp311-manylinux1_x86_64",
        "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_34_x86_64",
        "py2.py3-none-any",
        "py3-none-manylinux2014_x86_64",
        "cp311-none-any",
    ],
)
def test_a_wheel_that_fits_the_runtime_is_accepted(tmp_path: Path, tag: str) -> None:
    assert said(layer(tmp_path, Made(tags=(tag,)))) == ""


def test_the_architecture_decides_which_wheels_fit(tmp_path: Path) -> None:
    arm = Made(tags=("cp311-cp311-manylinux2014_aarch64",))
    assert said(layer(tmp_path, arm, spec={"architecture": "arm64"})) == ""


def test_a_module_that_belongs_to_no_distribution_is_refused(tmp_path: Path) -> None:
    found = said(layer(tmp_path, Made(), extra={"python/stray.so": b""}))
    assert "tiny-layer: stray: belongs to no distribution" in found


def test_a_reported_module_that_the_zip_lacks_is_refused(tmp_path: Path) -> None:
    assert "tiny: gone: is reported and not in the zip" in said(layer(tmp_path, Made(modules=("tiny", "gone"))))


def test_a_module_whose_name_no_statement_can_import_is_a_module_still(tmp_path: Path) -> None:
    odd = Made(files={"6ec57__mypyc.py": ""})
    assert odd.package.modules == ("6ec57__mypyc",)
    assert said(layer(tmp_path, odd)) == ""


def test_a_reported_library_that_the_zip_lacks_is_refused(tmp_path: Path) -> None:
    found = said(layer(tmp_path, real_yaml(), lacking=lambda path: path.endswith(".so")))
    assert "pyyaml: python/yaml/_yaml.cpython-311-x86_64-linux-gnu.so: is reported and not in the zip" in found


def test_two_versions_of_a_distribution_are_refused(tmp_path: Path) -> None:
    older = {"python/tiny-0.9.dist-info/METADATA": b"Name: Tiny\nVersion: 0.9\n"}
    assert "tiny is in tiny-layer twice, also as 0.9" in said(layer(tmp_path, Made(), extra=older))


def test_a_shared_object_is_named_with_its_distribution(tmp_path: Path) -> None:
    broken = real_yaml(files={**real_yaml().files, "yaml/_yaml.cpython-311-x86_64-linux-gnu.so": b"\x7fELF"})
    assert "pyyaml: python/yaml/_yaml.cpython-311-x86_64-linux-gnu.so: is a damaged ELF file" in said(
        layer(tmp_path, broken)
    )


def test_a_library_that_no_distribution_reports_is_refused(tmp_path: Path) -> None:
    content = EXTENSION_NEEDING_MORE.replace(b"libX.so.6\0", b"libc.so.6\0")
    found = said(layer(tmp_path, Made(), extra={"python/tiny/hidden.so": content}))
    assert "tiny: python/tiny/hidden.so: is a library of no distribution" in found


def test_a_library_of_another_layer_counts_as_there(tmp_path: Path) -> None:
    content = EXTENSION_NEEDING_MORE
    built = layer(tmp_path, real_yaml(files={"yaml/__init__.py": "", "yaml/_yaml.so": content}))
    assert "needs libX.so.6, which neither the layer nor Amazon Linux 2 has" in said(built)
    assert audit(built, beside={"lib/libX.so.6"}) == ()


EXTENSION_NEEDING_MORE = next(
    content.replace(b"libc.so.6\0", b"libX.so.6\0")
    for path, content in real_yaml().files.items()
    if path.endswith(".so") and isinstance(content, bytes)
)


def test_two_layers_with_the_same_path_are_refused(tmp_path: Path) -> None:
    first = layer(tmp_path / "1", Made(), settings=Layer(name="first"))
    second = layer(tmp_path / "2", Made(files={"tiny/__init__.py": "x = 2\n"}), settings=Layer(name="second"))
    found = [str(fault) for fault in audit_together("functions.bot", [first, second])]
    assert any("first and second: python/tiny/__init__.py: is in both layers" in each for each in found)


def test_two_layers_may_share_the_same_file_as_a_namespace_s_init_is_one(tmp_path: Path) -> None:
    init = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    first, second = (
        layer(
            tmp_path / name,
            Made(name=f"ns-{name}", files={"ns/__init__.py": init, f"ns/{name}.py": ""}),
            settings=Layer(name=name),
        )
        for name in ("first", "second")
    )
    assert audit_together("functions.bot", [first, second]) == ()


def test_layers_that_share_nothing_are_accepted(tmp_path: Path) -> None:
    first = layer(tmp_path / "1", Made(), settings=Layer(name="first"))
    other = Made(name="other", files={"other.py": ""})
    second = layer(tmp_path / "2", other, settings=Layer(name="second"))
    assert audit_together("functions.bot", [first, second], code=1000) == ()


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    built = layer(
        tmp_path,
        Made(locked="2.0", tags=("cp311-cp311-win_amd64",)),
        extra={"python/sitecustomize.py": b"", "python/tiny/native.so": b"MZ\x90"},
        lacking=lambda path: path.endswith("__init__.cpython-311.pyc"),
    )
    found = said(built)
    for expected in ("sitecustomize", "the lock has 2.0", "win_amd64", "has no bytecode", "is a Windows library"):
        assert expected in found


def test_a_missing_licence_file_is_a_remark_and_no_fault(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    package = replace(built.report.packages[0], license_files=())
    audited = inspect(replace(built, report=replace(built.report, packages=(package,))))
    assert audited.faults == ()
    assert audited.remarks == ("tiny: its wheel brings no licence file (MIT)",)


@pytest.mark.parametrize("name", ["awslambdaric", "bootstrap"])
def test_a_module_with_the_name_of_one_that_starts_functions_is_a_remark_and_no_fault(
    tmp_path: Path, name: str
) -> None:
    audited = inspect(layer(tmp_path, Made(files={f"{name}/__init__.py": "x = 1\n"})))
    assert audited.faults == ()
    (remark,) = audited.remarks
    assert f"its module {name} has the name of one of Lambda's own" in remark


def test_an_empty_layer_lacks_what_is_locked(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    write_zip(built.zip, {})
    assert "is locked and not in the layer" in said(built)
