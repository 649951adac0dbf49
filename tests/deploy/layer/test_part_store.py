"""A layer is built from what is kept of each wheel; the oracle is the zip of a build that finds nothing kept."""

from __future__ import annotations

import hashlib
import marshal
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.atomic import write
from deploy.container.digest import RuntimeImage
from deploy.inside import assemble
from deploy.inside.archive import STORED, PackedEntry
from deploy.inside.exchange import TrimPolicy
from deploy.inside.parts import Part
from deploy.kept import keep, read
from deploy.layer import part_store
from deploy.layer.build import build
from deploy.layer.derivation.compare import compare
from deploy.layer.spec import OWN_DOCKERFILE, LayerSpec
from deploy.settings import Layer
from tests.deploy.inside.synthetic import deflate_wheel, installed_wheel, pin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOOL = deflate_wheel()
WHEELS = (installed_wheel("six"), installed_wheel("idna"), installed_wheel("requests"))
IMAGE = RuntimeImage("runtime:1", "sha256:1")


@dataclass
class Inside:
    """A runtime that assembles as the image does, in a folder of its own; it notes the parts that it was given."""

    folder: Path
    wheels: tuple[tuple[str, bytes], ...] = WHEELS
    image: RuntimeImage = IMAGE
    given: list[set[str]] = field(default_factory=list)

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        del spec
        for name, content in (*self.wheels, TOOL):
            if hashlib.sha256(content).hexdigest() in requirements:
                (into / name).write_bytes(content)

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        del spec, use_cache
        self.given.append({path.removeprefix("parts/") for path in context if path.startswith("parts/")})
        folder = self.folder / str(len(self.given))
        for path, content in context.items():
            write(folder / path, content)
        return assemble.from_recipe(folder)

    def installed(self, *arguments: Any) -> Any:
        raise NotImplementedError

    def sandbox(self, *arguments: Any) -> Any:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _the_tool_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools.txt"
    tools.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr("deploy.layer.build.TOOLS", tools)
    monkeypatch.setattr(assemble, "TOOLS", tools)


def spec(tmp_path: Path, wheels: tuple[tuple[str, bytes], ...] = WHEELS, **changes: Any) -> LayerSpec:
    dockerfile = tmp_path / "Dockerfile.layer"
    dockerfile.write_text("FROM scratch\n", encoding="utf-8")
    made = LayerSpec(
        layer=Layer(name="all"),
        runtime="python3.11",
        architecture="x86_64",
        image=IMAGE,
        pins=tuple(pin(each) for each in wheels),
        dockerfile=dockerfile,
        stem="all",
    )
    return replace(made, **changes)


def built(wanted: LayerSpec, runtime: Inside, cache: Path, *, use_cache: bool = True) -> bytes:
    made = build(wanted, runtime, cache, runtime.folder, use_cache=use_cache, say=lambda _: None)
    return made.zip.read_bytes()


def test_a_second_layer_with_one_wheel_in_another_version_is_given_the_parts_of_all_others(tmp_path: Path) -> None:
    newer = (installed_wheel("six", version="99.0"), *WHEELS[1:])
    runtime = Inside(tmp_path / "runtime", (*WHEELS, *newer))
    built(spec(tmp_path), runtime, tmp_path / "cache")
    bumped = built(spec(tmp_path, newer), runtime, tmp_path / "cache")
    assert runtime.given == [set(), {"idna", "requests"}]
    anew = built(spec(tmp_path, newer), Inside(tmp_path / "other", newer), tmp_path / "empty")
    assert bumped == anew


def test_without_the_cache_nothing_that_was_kept_is_taken(tmp_path: Path) -> None:
    runtime = Inside(tmp_path / "runtime")
    first = built(spec(tmp_path), runtime, tmp_path / "cache")
    assert built(spec(tmp_path), runtime, tmp_path / "cache", use_cache=False) == first
    assert runtime.given == [set(), set()]


@pytest.mark.parametrize("place", [0, 70, -1])
def test_a_part_that_is_damaged_is_not_there_and_is_made_again(tmp_path: Path, place: int) -> None:
    runtime = Inside(tmp_path / "runtime")
    first = built(spec(tmp_path), runtime, tmp_path / "cache")
    for path in (tmp_path / "cache" / "parts").iterdir():
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)
    assert built(spec(tmp_path), runtime, tmp_path / "cache") == first
    assert built(spec(tmp_path), runtime, tmp_path / "cache") == first
    assert runtime.given == [set(), set(), {"six", "idna", "requests"}]


SMALL = Layer(name="all", trim=TrimPolicy(stubs=True))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"layer": SMALL}, set()),
        ({"layer": Layer(name="all", bytecode="sourceless")}, set()),
        ({"runtime": "python3.12"}, set()),
        ({"architecture": "arm64"}, set()),
        ({"image": RuntimeImage("runtime:2", "sha256:2")}, set()),
        ({"withdrawn": {"six": ("tests",)}}, {"idna", "requests"}),
        ({"layer": Layer(name="another")}, {"six", "idna", "requests"}),
    ],
)
def test_a_part_is_of_one_policy_one_runtime_one_architecture_one_image(
    tmp_path: Path, change: dict[str, Any], found: set[str]
) -> None:
    built(spec(tmp_path), Inside(tmp_path / "runtime"), tmp_path / "cache")
    store = part_store.PartStore(tmp_path / "cache", spec(tmp_path, **change), dict(WHEELS))
    assert set(store.kept()) == found


def test_a_part_is_of_one_state_of_the_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(spec(tmp_path), Inside(tmp_path / "runtime"), tmp_path / "cache")
    monkeypatch.setattr(part_store, "built_by", lambda: "a line was changed")
    assert not part_store.PartStore(tmp_path / "cache", spec(tmp_path), dict(WHEELS)).kept()


def test_a_part_that_somebody_changed_together_with_its_digest_is_found_out_by_the_comparison_with_the_lock(
    tmp_path: Path,
) -> None:
    runtime = Inside(tmp_path / "runtime")
    wanted = spec(tmp_path, dockerfile=OWN_DOCKERFILE)
    built(wanted, runtime, tmp_path / "cache")
    paths = list((tmp_path / "cache" / "parts").iterdir())
    for path in paths:
        keep(path, foisted(read(path) or b""))
    made = build(wanted, runtime, tmp_path / "cache", runtime.folder, use_cache=True, say=lambda _: None)
    assert len(runtime.given[1]) == len(WHEELS)
    compared = compare(made, dict(WHEELS))
    assert {fault.where for fault in compared.faults} >= {"all: python/__pycache__/six.cpython-311.pyc"}


def foisted(part: bytes) -> bytes:
    """Put other bytecode in the place of what sources give: that of a module which does nothing."""
    read_part = Part.read(part)
    for sha256 in {*read_part.made.values()}:
        old = read_part.packed[sha256]
        other = zlib.decompress(old.content, -zlib.MAX_WBITS)[:16] + marshal.dumps(compile("", "x", "exec"))
        read_part.packed[sha256] = PackedEntry(STORED, other, zlib.crc32(other), len(other))
    return read_part.write()
