"""What a layer brings besides distributions: read from the project, part of the bytes, judged by them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.container.digest import RuntimeImage
from deploy.errors import ConfigError
from deploy.inside import assemble
from deploy.inside.exchange import Report
from deploy.layer.audit.audit import audit
from deploy.layer.brought.files import brought
from deploy.layer.build import context
from deploy.layer.sbom import sbom
from deploy.layer.spec import LayerSpec, specs
from deploy.layer.values import BuiltLayer, Sha256
from deploy.settings import Layer, Settings
from tests.deploy.inside.synthetic import deflate_wheel
from tests.deploy.layer.synthetic import EXTENSION, write_zip
from tests.deploy.layer.tiny_program import program

if TYPE_CHECKING:
    from pathlib import Path


TOOL = deflate_wheel()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tools = write(tmp_path / "tools.txt", f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n".encode())
    monkeypatch.setattr(assemble, "TOOLS", tools)
    write(tmp_path / "native/tool", program(), mode=0o755)
    write(tmp_path / "native/lib/libown.so.1", EXTENSION.read_bytes())
    write(tmp_path / "words.txt", b"words")
    return tmp_path


def write(path: Path, content: bytes, *, mode: int = 0o644) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def settings(project: Path, **files: str) -> Settings:
    named = {name.replace("__", "/"): source for name, source in files.items()}
    return Settings(project=project, layers={"tools": Layer(name="tools", packages=(), files=named)})


def spec_of(project: Path, **files: str) -> LayerSpec:
    wanted = settings(project, **files)
    (spec,) = specs(wanted, (), RuntimeImage("host", ""), wanted.targets[0])
    return spec


def assembled(spec: LayerSpec, folder: Path) -> BuiltLayer:
    """Assemble a layer as the image does, from its context."""
    given = context(spec, dict([TOOL]), {})
    for path, content in given.items():
        write(folder / path, content)
    made = assemble.from_recipe(folder)
    (folder / "layer.zip").write_bytes(made["layer.zip"])
    report = Report.from_json(made["report.json"].decode())
    return BuiltLayer(spec=spec, zip=folder / "layer.zip", sha256=Sha256(""), report=report)


def faults(built: BuiltLayer) -> str:
    return "\n".join(map(str, audit(built)))


def refused(project: Path, **files: str) -> str:
    with pytest.raises(ConfigError) as caught:
        spec_of(project, **files)
    return str(caught.value)


def test_files_and_folders_are_part_of_the_zip_with_their_modes(project: Path, tmp_path: Path) -> None:
    spec = spec_of(project, bin__tool="native/tool", lib__="native/lib", etc__words="words.txt")
    built = assembled(spec, tmp_path / "build")
    assert faults(built) == ""
    described = {each.path: (each.bytes, each.executable) for each in built.report.own_files}
    assert described == {
        "bin/tool": (len(program()), True),
        "etc/words": (5, False),
        "lib/libown.so.1": (EXTENSION.stat().st_size, False),
    }
    assert built.report.unzipped > sum(size for size, _ in described.values())
    components = {each["name"]: each for each in json.loads(sbom(built))["components"]}
    assert components["bin/tool"]["hashes"][0]["content"] == spec.files[0].own.sha256


def test_content_mode_and_path_each_change_the_fingerprint(project: Path) -> None:
    seen = {spec_of(project, etc__words="words.txt").fingerprint, spec_of(project, bin__tool="native/tool").fingerprint}
    seen.add(spec_of(project, bin__other="native/tool").fingerprint)
    (project / "native/tool").chmod(0o644)
    seen.add(spec_of(project, bin__tool="native/tool").fingerprint)
    write(project / "native/tool", program("another"))
    seen.add(spec_of(project, bin__tool="native/tool").fingerprint)
    assert len(seen) == 5


def test_a_link_within_the_project_is_the_file_that_it_leads_to(project: Path) -> None:
    (project / "native/lib/libown.so").symlink_to("libown.so.1")
    found = {each.own.path: each for each in spec_of(project, lib__="native/lib").files}
    assert found["lib/libown.so"].own.sha256 == found["lib/libown.so.1"].own.sha256


def test_what_tools_leave_behind_is_not_brought(project: Path) -> None:
    write(project / "native/lib/.DS_Store", b"x")
    write(project / "native/lib/libown.so.1~", b"x")
    assert [each.own.path for each in spec_of(project, lib__="native/lib").files] == ["lib/libown.so.1"]


def test_every_path_that_cannot_be_brought_is_told(project: Path) -> None:
    (project / "native/out").symlink_to("/etc/hostname")
    (project / "native/lib/linked").symlink_to("../../native")
    message = refused(
        project, bin__a="absent", bin__b="native/out", bin__c="native/lib", lib__="native/tool", share__="native/lib"
    )
    assert "layers.tools.files.bin/a: absent: no such file" in message
    assert "layers.tools.files.bin/b: native/out leads out of the project" in message
    assert "layers.tools.files.bin/c: native/lib is a folder; write bin/c/" in message
    assert "layers.tools.files.lib/: native/tool is no folder" in message
    assert "layers.tools.files.share/: native/lib/linked is a link to a folder" in message


def test_two_files_for_the_same_place_are_refused(project: Path) -> None:
    assert "lib/libown.so.1 is brought twice" in refused(
        project, **{"lib/": "native/lib", "lib/libown.so.1": "words.txt"}
    )


def test_a_file_that_changes_while_the_layer_is_built_is_refused(project: Path) -> None:
    wanted = settings(project, etc__words="words.txt")
    (one,) = brought(wanted, wanted.layers["tools"])
    write(project / "words.txt", b"other")
    with pytest.raises(ConfigError, match="changed while the layer was built"):
        one.content()


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("bin/tool", program()[:18] + b"\xb7\0" + program()[20:], "is for arm64; the layer is for x86_64"),
        ("bin/tool", program(loader="/lib/ld-musl-x86_64.so.1"), "is run by /lib/ld-musl-x86_64.so.1"),
        (
            "bin/tool",
            program(loader="/lib64/ld-linux-x86-64.so.2", needs=("libav.so.9",)),
            "needs libav.so.9, which neither the layer nor Amazon Linux 2 has",
        ),
        ("lib/libown.so", b"\xcf\xfa\xed\xfe" + bytes(28), "is a macOS library"),
    ],
)
def test_a_native_file_that_lambda_cannot_run_is_refused_and_no_wheel_is_blamed(
    project: Path, tmp_path: Path, path: str, content: bytes, told: str
) -> None:
    write(project / "native/other", content, mode=0o755)
    message = faults(assembled(spec_of(project, **{path: "native/other"}), tmp_path / "build"))
    assert f"tools: {path}: {told}" in message
    assert "wheel" not in message


def test_a_library_beside_is_found(project: Path, tmp_path: Path) -> None:
    write(project / "native/tool", program(loader="/lib64/ld-linux-x86-64.so.2", needs=("libown.so.1",)), mode=0o755)
    built = assembled(spec_of(project, bin__tool="native/tool", lib__="native/lib"), tmp_path / "build")
    assert faults(built) == ""


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("bin/tool", program(), "is a program, and nobody may run it"),
        ("bin/tool", b"#!/bin/sh\n", "is a script in bin/, and nobody may run it"),
        ("extensions/agent", b"#!/bin/sh\n", "is a Lambda extension, and nobody may run it"),
    ],
)
def test_what_is_to_be_run_has_to_be_executable(
    project: Path, tmp_path: Path, path: str, content: bytes, told: str
) -> None:
    file = write(project / "native/other", content)
    assert told in faults(assembled(spec_of(project, **{path: "native/other"}), tmp_path / "1"))
    file.chmod(0o755)
    assert faults(assembled(spec_of(project, **{path: "native/other"}), tmp_path / "2")) == ""


def test_a_file_that_nobody_asked_for_is_refused(project: Path, tmp_path: Path) -> None:
    built = assembled(spec_of(project, etc__words="words.txt"), tmp_path / "build")
    write_zip(built.zip, {"etc/words": b"other", "bin/more": b"x"})
    message = faults(built)
    assert "tools: etc/words: holds other bytes than were brought" in message
    assert "tools: bin/more: lies outside of where distributions are" in message


def test_it_counts_in_the_budget_and_is_named_there(project: Path, tmp_path: Path) -> None:
    built = assembled(spec_of(project, lib__="native/lib"), tmp_path / "build")
    tight = replace(built.spec.layer, budget=replace(built.spec.layer.budget, unzipped=1000))
    message = faults(replace(built, spec=replace(built.spec, layer=tight)))
    assert "over its budget of 1,000" in message
    assert f"lib/libown.so.1  {EXTENSION.stat().st_size:>13,}" in message


@pytest.mark.parametrize(
    ("key", "value", "is_good"),
    [
        ("bin/tool", "x", True),
        ("lib/", "x/", True),
        ("model.bin", "x", True),
        ("python/x.py", "x", False),
        ("channelwright/x.json", "x", False),
        ("/bin/x", "x", False),
        ("bin/../x", "x", False),
        ("bin//x", "x", False),
        ("bin/x", "/etc/passwd", False),
        ("bin/x", "../x", False),
        ("bin/..x", "..x/y", True),
    ],
)
def test_which_paths_may_be_written(tmp_path: Path, key: str, value: str, *, is_good: bool) -> None:
    document = {"layers": {"tools": {"packages": [], "files": {key: value}}}}
    write(tmp_path / "config/pipeline.yaml", json.dumps(document).encode())
    if is_good:
        assert load(tmp_path, {}).layers["tools"].files == {key: value}
    else:
        with pytest.raises(ConfigError, match=r"layers\.tools\.files"):
            load(tmp_path, {})
