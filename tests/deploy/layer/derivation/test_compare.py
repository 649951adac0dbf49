"""A layer whose zip, report and digests were all changed together, against what its locked wheels give."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import VerificationError
from deploy.inside import assemble
from deploy.inside.archive import ArchiveEntry, write
from deploy.inside.exchange import OwnFile, Report
from deploy.layer.brought.files import BroughtFile
from deploy.layer.derivation.compare import ComparedLayer, compare
from deploy.layer.spec import OWN_DOCKERFILE, LayerSpec
from deploy.layer.values import BuiltLayer
from deploy.settings import Layer
from tests.deploy.inside.synthetic import deflate_wheel, pin, wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from deploy.settings import Bytecode

TOOL = deflate_wheel()
ONE = wheel("one", {"one/__init__.py": "import two\nVALUE = 1\n" * 20, "one/data.json": "{}", "one/tests/t.py": "a=1"})
TWO = wheel("two", {"two.py": "VALUE = 2\n" * 20})
WHEELS = dict([ONE, TWO])
COMPILED = "python/__pycache__/two.cpython-311.pyc"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "tools.txt"
    listed.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr(assemble, "TOOLS", listed)


def made(folder: Path, bytecode: Bytecode = "unchecked-hash") -> BuiltLayer:
    """Build a layer of both wheels, and of a file of the project's."""
    program = folder / "program"
    program.write_bytes(b"#!/bin/sh\n")
    program.chmod(0o755)
    content = program.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    own = OwnFile(path="bin/program", sha256=digest, bytes=len(content), executable=True)
    spec = LayerSpec(
        layer=Layer(name="all", bytecode=bytecode),
        runtime="python3.11",
        architecture="x86_64",
        image=RuntimeImage("runtime", "sha256:1"),
        pins=(pin(ONE), pin(TWO)),
        dockerfile=OWN_DOCKERFILE,
        stem="all",
        files=(BroughtFile(own, program),),
    )
    out = assemble.assemble(spec.recipe, {**WHEELS, TOOL[0]: TOOL[1]}, {"bin/program": content}, {})
    zipped = folder / "all.zip"
    zipped.write_bytes(out["layer.zip"])
    return BuiltLayer(
        spec=spec,
        zip=zipped,
        sha256=hashlib.sha256(out["layer.zip"]).hexdigest(),
        report=Report.from_json(out["report.json"].decode()),
    )


def rewritten(built: BuiltLayer, content: bytes) -> BuiltLayer:
    """Put another zip in the place of a layer's, with all that is said of it changed to fit."""
    built.zip.write_bytes(content)
    report = replace(built.report, zipped=len(content))
    return replace(built, sha256=hashlib.sha256(content).hexdigest(), report=report)


def entries(built: BuiltLayer) -> dict[str, ArchiveEntry]:
    with zipfile.ZipFile(built.zip) as opened:
        return {
            each.filename: ArchiveEntry(opened.read(each), bool(each.external_attr >> 16 & 0o100))
            for each in opened.infolist()
        }


def with_content(built: BuiltLayer, changes: Mapping[str, bytes | None]) -> BuiltLayer:
    """Write the zip anew, as the build does, with files changed, added or, for None, left out."""
    kept = {path: each for path, each in entries(built).items() if path not in changes}
    added = {path: ArchiveEntry(each) for path, each in changes.items() if each is not None}
    written = write(kept | added, lambda each: zlib.compress(each, 9, wbits=-15))
    forged = rewritten(built, written.content)
    return replace(forged, report=replace(forged.report, files=len(kept | added)))


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("bytecode", ["unchecked-hash", "sourceless"])
def test_what_was_built_is_what_its_lock_gives(tmp_path: Path, bytecode: Bytecode) -> None:
    built = made(tmp_path, bytecode)
    found = compare(built, WHEELS)
    assert found.faults == ()
    assert found.compiled == len([path for path in entries(built) if path.endswith(".pyc")])
    assert found.brought == 1


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"python/two.py": b"VALUE = 3\n" * 20}, "python/two.py: holds other bytes"),
        ({"python/one/data.json": b"[]"}, "python/one/data.json: holds other bytes"),
        ({"python/one/data.json": None}, "python/one/data.json: is lacking"),
        ({"python/three.py": b"import os"}, "python/three.py: is nothing that the locked wheels and the policy give"),
        ({"channelwright/all.json": b"{}"}, "channelwright/all.json: holds other bytes"),
        ({"bin/program": b"#!/bin/sh\necho canary\n"}, "bin/program: holds other bytes"),
        ({"python/two-1.0.dist-info/METADATA": b"Name: two\nVersion: 2.0\n"}, "METADATA: holds other bytes"),
    ],
)
def test_a_file_that_is_not_the_locked_wheels_is_named_though_all_digests_fit(
    tmp_path: Path, changes: Mapping[str, bytes | None], where: str
) -> None:
    found = compare(with_content(made(tmp_path), changes), WHEELS)
    assert any(where in str(fault) for fault in found.faults), found.faults
    assert not found.bytecode_alone


@pytest.mark.usefixtures("tools")
def test_bytecode_of_another_source_is_found_though_it_claims_the_right_ones_hash(tmp_path: Path) -> None:
    built = made(tmp_path)
    honest = entries(built)[COMPILED].content
    forged = entries(built)[COMPILED].content[:16] + honest[16:].replace(b"VALUE", b"EVILS")
    assert forged != honest
    found = compare(with_content(built, {COMPILED: forged}), WHEELS)
    assert [str(fault).splitlines()[0] for fault in found.faults] == [
        f"all: {COMPILED}: holds other bytes than the locked wheels and the policy give"
    ]
    assert found.bytecode_alone


@pytest.mark.usefixtures("tools")
def test_bytecode_of_another_patch_release_differs_with_the_manifest_that_digests_it(tmp_path: Path) -> None:
    built = made(tmp_path)
    other = entries(built)[COMPILED].content.replace(b"VALUE", b"OTHER")
    manifest = json.loads(entries(built)["channelwright/all.json"].content) | {"content": "0" * 64}
    changes = {COMPILED: other, "channelwright/all.json": json.dumps(manifest).encode()}
    found = compare(with_content(built, changes), WHEELS)
    assert len(found.faults) == 2
    assert found.bytecode_alone, "the runtime compares the whole"


def hidden_before(content: bytes) -> bytes:
    """Put bytes before the first entry, as self-extracting archives have them."""
    head = b"#!/bin/sh\n"
    at = content.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HLL", content, at + 10)
    directory = bytearray(content[start : start + size])
    position = 0
    for _ in range(count):
        offset = struct.unpack_from("<L", directory, position + 42)[0]
        struct.pack_into("<L", directory, position + 42, offset + len(head))
        lengths = struct.unpack_from("<HHH", directory, position + 28)
        position += 46 + sum(lengths)
    end = bytearray(content[at:])
    struct.pack_into("<L", end, 16, start + len(head))
    return head + content[:start] + bytes(directory) + bytes(end)


def executable(content: bytes) -> bytes:
    """Let everybody run the last file of the directory."""
    at = content.rindex(b"PK\x01\x02")
    changed = bytearray(content)
    struct.pack_into("<L", changed, at + 38, 0o100755 << 16)
    return bytes(changed)


def other_local_name(content: bytes) -> bytes:
    """Call a file otherwise in its own header than in the directory: unpackers disagree on which they believe."""
    return content.replace(b"python/two.py", b"python/tw0.py", 1)


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("forge", [hidden_before, executable, other_local_name, lambda each: each[:-2] + b"\1\0x"])
def test_no_byte_of_the_zip_is_free(tmp_path: Path, forge: Callable[[bytes], bytes]) -> None:
    built = made(tmp_path)
    content = forge(built.zip.read_bytes())
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert len(opened.namelist()) == len(entries(built))
    found = compare(rewritten(built, content), WHEELS)
    assert [str(fault).splitlines()[0] for fault in found.faults] == [
        "all: all.zip: has other headers, or more bytes, than its files account for"
    ]


@pytest.mark.usefixtures("tools")
def test_a_report_that_says_other_than_its_zip_is_found(tmp_path: Path) -> None:
    built = made(tmp_path)
    fewer = tuple(replace(each, modules=()) for each in built.report.packages)
    found = compare(replace(built, report=replace(built.report, packages=fewer)), WHEELS)
    assert [str(fault).splitlines()[0] for fault in found.faults] == ["all: all: its report says other than its zip"]


@pytest.mark.usefixtures("tools")
def test_a_zip_that_is_not_the_one_that_was_proven_is_found(tmp_path: Path) -> None:
    found = compare(replace(made(tmp_path), sha256="0" * 64), WHEELS)
    assert "is not the zip whose sha256 is 000" in str(found.faults[0])


@pytest.mark.usefixtures("tools")
def test_wheels_that_the_lock_does_not_name_are_no_witness(tmp_path: Path) -> None:
    other = wheel("two", {"two.py": "VALUE = 3\n" * 20})
    with pytest.raises(VerificationError, match="its sha256 is not in the lock"):
        compare(made(tmp_path), {ONE[0]: ONE[1], other[0]: other[1]})


@pytest.mark.usefixtures("tools")
def test_files_are_counted_by_what_vouches_for_them(tmp_path: Path) -> None:
    counted: ComparedLayer = compare(made(tmp_path), WHEELS)
    assert counted.recorded + counted.compiled + counted.changed + counted.brought == len(entries(made(tmp_path))) - 1
    assert counted.recorded
