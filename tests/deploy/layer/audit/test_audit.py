"""Each fault that a layer's bytes can have, made for real in a small zip, and what the audit says of it."""

from __future__ import annotations

import py_compile
import stat
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.inside.exchange import Pin
from deploy.layer.audit.audit import audit, audit_together, inspect
from deploy.settings import Layer
from tests.deploy.layer.synthetic import HASH, Made, cached, compiled, entry, layer, real_yaml, write_zip

if TYPE_CHECKING:
    from pathlib import Path


def said(built: Any) -> str:
    return "\n".join(str(fault) for fault in audit(built))


def test_a_good_layer_has_no_faults(tmp_path: Path) -> None:
    assert said(layer(tmp_path, Made(), real_yaml())) == ""


def test_a_good_layer_without_sources_has_no_faults(tmp_path: Path) -> None:
    assert said(layer(tmp_path, Made(), settings=Layer(name="tiny-layer", bytecode="sourceless"))) == ""


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
    assert "drop py-argparse from requirements.in; or, where another needs it, `without: [py-argparse]`" in found


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


# Distributions and wheels


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


# Bytecode


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


def test_a_source_beside_its_bytecode_is_refused_in_a_sourceless_layer(tmp_path: Path) -> None:
    settings = Layer(name="tiny-layer", bytecode="sourceless")
    found = said(layer(tmp_path, Made(), settings=settings, extra={"python/tiny/__init__.py": b"x = 1\n"}))
    assert "has its source and its bytecode, and the source wins" in found


# Shared objects, as far as the audit adds to deploy.layer.audit.elf: where they are and whose


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


# Several layers together


def test_two_layers_with_the_same_path_are_refused(tmp_path: Path) -> None:
    first = layer(tmp_path / "1", Made(), settings=Layer(name="first"))
    second = layer(tmp_path / "2", Made(), settings=Layer(name="second"))
    found = [str(fault) for fault in audit_together("functions.bot", [first, second])]
    assert any("first and second: python/tiny/__init__.py: is in both layers" in each for each in found)


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
