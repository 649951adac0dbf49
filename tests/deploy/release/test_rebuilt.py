from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import RolloutError
from deploy.inside.exchange import TrimPolicy
from deploy.published import contents
from deploy.release import rebuilt
from deploy.settings import Layer, Settings
from tests.deploy.published.test_contents import package, zipped

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = RuntimeImage("image", "sha256:12")
TOLD = {
    "tags": ["py3-none-any"],
    "license_files": [],
    "modules": ["a"],
    "extensions": ["a/x.so"],
    "excluded": False,
    "owns": ["a/"],
}


def _zip(folder: Path, **told: object) -> Path:
    manifest = {
        "layer": "tiny-layer",
        "packages": [package("a", **told)],
        "savings": [{"rule": "tests", "files": 2, "bytes": 10}],
        "uncompiled": {"a/y.py": "SyntaxError"},
    }
    path = folder / "layer.zip"
    path.write_bytes(zipped({"python/a/x.py": "12345", "channelwright/tiny-layer.json": json.dumps(manifest)}))
    return path


def _settings(folder: Path, layer: Layer) -> Settings:
    return Settings(project=folder, layers={layer.name: layer}, architectures=("x86_64", "arm64"))


def test_a_downloaded_layer_is_as_its_build_reported_it(tmp_path: Path) -> None:
    path = _zip(tmp_path, **TOLD)
    layer = Layer(name="tiny-layer", trim=TrimPolicy(tests=False))
    held = contents.read(path.read_bytes(), "tiny-layer:1")
    built = rebuilt.layer(_settings(tmp_path, layer), "tiny-layer", "x86_64", IMAGE, path=path, held=held)
    assert (built.spec.layer, built.spec.image, built.spec.stem) == (layer, IMAGE, "tiny-layer")
    assert [(pin.name, pin.version, pin.hashes) for pin in built.spec.pins] == [("a", "1", ("0" * 64,))]
    (found,) = built.report.packages
    assert (found.tags, found.modules, found.extensions) == (("py3-none-any",), ("a",), ("a/x.so",))
    assert (found.unzipped, built.report.unzipped > 5, built.report.zipped) == (5, True, path.stat().st_size)
    assert [saving.bytes for saving in built.report.savings] == [10]
    assert built.report.uncompiled == {"a/y.py": "SyntaxError"}


def test_what_is_not_the_first_architecture_is_named_by_it(tmp_path: Path) -> None:
    path = _zip(tmp_path, **TOLD)
    held = contents.read(path.read_bytes(), "tiny-layer:1")
    project = _settings(tmp_path, Layer(name="tiny-layer"))
    assert rebuilt.layer(project, "tiny-layer", "arm64", IMAGE, path=path, held=held).spec.stem == "tiny-layer-arm64"


def test_a_manifest_of_an_older_pipeline_says_too_little_and_what(tmp_path: Path) -> None:
    path = _zip(tmp_path)
    held = contents.read(path.read_bytes(), "tiny-layer:1")
    assert rebuilt.lacks(held) == ("excluded", "extensions", "license_files", "modules", "tags")
    project = _settings(tmp_path, Layer(name="tiny-layer"))
    with pytest.raises(RolloutError, match="its manifest does not tell excluded, extensions"):
        rebuilt.layer(project, "tiny-layer", "x86_64", IMAGE, path=path, held=held)
