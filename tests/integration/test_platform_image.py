"""Layers for an architecture that does not run here: assembled, audited, and said not to be imported."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tarfile
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import EngineError
from deploy.layer.audit import elf
from deploy.layer.backend.platform_image import find
from deploy.settings import Target
from tests.integration.small_project import CONFIG, Run, cache_with_wheels, make_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from deploy.container.engine import Engine
    from deploy.settings import Architecture

pytestmark = pytest.mark.container

# A whole program for arm64: it ends at once with code 93, where such a processor runs it.
PROGRAM = (
    struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 183, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 132, 132, 0x1000)
    + bytes.fromhex("a00b8052 a80b8052 010000d4")
)


@pytest.fixture
def other(engine: Engine) -> Architecture:
    return "arm64" if engine.architecture == "x86_64" else "x86_64"


@pytest.fixture
def lonely(engine: Engine, runtime_image: str) -> Iterator[str]:
    """The runtime image under a name of which no registry has anything."""
    name = f"127.0.0.1:1/{uuid.uuid4()}:1"
    engine.client.tag(runtime_image, name)
    yield name
    engine.client.remove_image(name)


@pytest.fixture
def foreign(engine: Engine) -> Iterator[str]:
    """An image for arm64 in which every program is one for arm64."""
    name = f"channelwright-test-{uuid.uuid4()}:1"
    layer = tarred({"bin/sleep": PROGRAM, "bin/python3.11": PROGRAM})
    digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    config = {"architecture": "arm64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": digests}}
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    papers = {"config.json": json.dumps(config).encode(), "manifest.json": json.dumps(manifest).encode()}
    client: Any = engine.client
    list(client.load_image(tarred({"layer.tar": layer, **papers})))
    yield name
    engine.client.remove_image(name)


def tarred(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def test_both_architectures_are_built_and_the_one_that_cannot_be_tried_says_so(
    tmp_path: Path, lonely: str, engine: Engine, other: Architecture, shared: Path
) -> None:
    project, own = make_project(tmp_path / "project"), engine.architecture
    cache = cache_with_wheels(tmp_path / "cache", shared)
    config = CONFIG + f"architectures: [{own}, {other}]\n"
    (project / "config" / "pipeline.yaml").write_text(config, encoding="utf-8")
    first = Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=lonely).must()
    assert f"{other}: audited, not imported: its image cannot be had" in first.out
    assert "built and audited, not imported" in first.out

    proven, audited = (read(project, stem) for stem in ("tiny", f"tiny-{other}"))
    assert proven["verification"]["imported"]
    assert not audited["verification"]["imported"]
    assert audited["verification"]["not_imported"].startswith("its image cannot be had (")
    assert audited["architecture"] == other
    assert machines(project / "dist" / f"tiny-{other}.zip") == {other}
    assert machines(project / "dist" / "tiny.zip") == {own}

    again = Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=lonely).must()
    assert "unchanged, verified before" in again.out
    assert "unchanged, audited before, not imported" in again.out
    assert "pulling" not in again.out


def test_an_image_that_is_here_and_does_not_run_takes_no_part(engine: Engine, foreign: str) -> None:
    if engine.architecture == "arm64":
        pytest.skip("this engine runs arm64")
    with pytest.raises(EngineError) as caught:
        find(engine, foreign, Target("python3.11", "arm64"), lambda _: None, must_run=True)
    assert caught.value.faults[0].what.startswith(("it does not run here (", "its image is for nothing that runs here"))
    assert "QEMU" in caught.value.faults[0].cure


def test_code_is_never_let_through_untried(tmp_path: Path, lonely: str, other: Architecture) -> None:
    project = make_project(tmp_path / "project")
    config = CONFIG + f"architectures: [{other}]\n"
    (project / "config" / "pipeline.yaml").write_text(config, encoding="utf-8")
    run = Run(project, tmp_path / "cache", CHANNELWRIGHT_RUNTIME_IMAGE=lonely).must(code=1)
    assert f"for {other}" in run.out
    assert "pulling 127.0.0.1:1/" in run.err
    assert not (project / "dist").exists()


def read(project: Path, stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "dist" / f"{stem}.json").read_text(encoding="utf-8"))
    return found


def machines(layer: Path) -> set[str]:
    """Return the architectures of a layer's libraries, from their own headers."""
    with zipfile.ZipFile(layer) as archive:
        found = [elf.read(name, archive.read(name)) for name in archive.namelist() if elf.is_library(name)]
    return {each.machine for each in found if isinstance(each, elf.SharedObject)}
