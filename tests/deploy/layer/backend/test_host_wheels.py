"""Wheels downloaded and assembled by this machine's own Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import BuildError
from deploy.executable import Executable
from deploy.inside.exchange import Pin
from deploy.layer.backend.host import HostRuntime
from deploy.layer.backend.host_files import write_files
from deploy.layer.spec import LayerSpec
from deploy.locking.lockfile import requirements
from deploy.settings import Layer
from tests.deploy.locking.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.settings import Architecture

pytestmark = pytest.mark.programs


def spec(architecture: Architecture = "x86_64", *pins: Pin) -> LayerSpec:
    return LayerSpec(
        layer=Layer(name="deps"),
        runtime="python3.11",
        architecture=architecture,
        image=RuntimeImage("host", ""),
        pins=pins,
        dockerfile=Path("Dockerfile.layer"),
        stem="deps",
    )


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    with Index() as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield opened


def offered(index: Index) -> tuple[Pin, ...]:
    """Put wheels on the index of which the runtime's pip would take one each, and lock them all."""
    x86, tag = "x86_64", "cp311-cp311-manylinux"
    files = {
        "newest": index.add(
            "newest", "1.0", f"{tag}2014_{x86}", f"{tag}_2_26_{x86}.manylinux_2_28_{x86}", f"{tag}_2_34_{x86}"
        ),
        "stable": index.add("stable", "1.0", "py3-none-any", f"cp38-abi3-manylinux1_{x86}", f"{tag}2014_aarch64"),
        "pure": index.add("pure", "1.0"),
    }
    return tuple(
        Pin(name=name, version="1.0", hashes=tuple(each.sha256 for each in made)) for name, made in files.items()
    )


CHOSEN = {
    "newest-1.0-cp311-cp311-manylinux_2_26_x86_64.manylinux_2_28_x86_64.whl",
    "stable-1.0-cp38-abi3-manylinux1_x86_64.whl",
    "pure-1.0-py3-none-any.whl",
}


def test_the_wheels_are_those_that_the_runtimes_pip_would_take(index: Index, tmp_path: Path) -> None:
    pins = offered(index)
    HostRuntime(os.environ).fetch(spec("x86_64", *pins), requirements(pins), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == CHOSEN


@pytest.mark.container
def test_the_wheels_are_those_that_the_runtimes_pip_does_take(index: Index, tmp_path: Path) -> None:
    from deploy.container.engine import Engine
    from deploy.layer.backend.containers import ContainerRuntime

    pins = offered(index)
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], "x86_64", lambda _: None)
        runtime = ContainerRuntime(engine, image, os.environ, lambda _: None)
        runtime.fetch(spec("x86_64", *pins), requirements(pins), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == CHOSEN


def test_a_wheel_with_another_hash_is_refused_in_pips_words(index: Index, tmp_path: Path) -> None:
    index.add("pure", "1.0")
    pins = (Pin(name="pure", version="1.0", hashes=("0" * 64,)),)
    with pytest.raises(BuildError) as caught:
        HostRuntime(os.environ).fetch(spec("x86_64", *pins), requirements(pins), tmp_path)
    assert "HASHES" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_requirement_without_a_hash_is_refused(index: Index, tmp_path: Path) -> None:
    index.add("pure", "1.0")
    with pytest.raises(BuildError, match="--require-hashes"):
        HostRuntime(os.environ).fetch(spec(), "pure==1.0\n", tmp_path)


def test_assembling_runs_the_contexts_own_program_and_sees_no_package_of_the_host(runtime: HostRuntime) -> None:
    program = b"""
import importlib.util, pathlib, sys
assert not importlib.util.find_spec("pytest") and "ANSWER" not in __import__("os").environ
out = pathlib.Path(sys.argv[1], "out")
out.mkdir()
(out / "layer.zip").write_bytes(pathlib.Path(sys.argv[1], "wheels/a.whl").read_bytes())
"""
    context = {"deploy/inside/__init__.py": b"", "deploy/inside/assemble.py": program, "wheels/a.whl": b"PK"}
    assert runtime.assemble(spec(), context, use_cache=False) == {"layer.zip": b"PK"}


def test_assembling_that_fails_shows_its_log(runtime: HostRuntime) -> None:
    context = {"deploy/inside/assemble.py": b"import sys\nsys.exit('pure: its wheel is broken')"}
    with pytest.raises(BuildError, match="its wheel is broken"):
        runtime.assemble(spec(), context, use_cache=False)


def test_written_files_can_be_read_by_anyone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_files(tmp_path / "new", {"a/b/c.py": b"", "a/run": Executable(b"")})
    finally:
        os.umask(before)
    assert (tmp_path / "new/a/b").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "new/a/b/c.py").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "new/a/run").stat().st_mode & 0o777 == 0o755
