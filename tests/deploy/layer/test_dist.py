"""What is in dist/ beside a zip follows from the layer: who changes it is found out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.layer.dist import KeptPapers, deliver
from tests.integration.shipment import Shop

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.verify import VerifiedLayer


@pytest.fixture
def layer(tmp_path: Path) -> VerifiedLayer:
    (tmp_path / "shop").mkdir()
    return Shop(tmp_path / "shop").layer({"idna": "3.7"})


def delivered(layer: VerifiedLayer, folder: Path, kept: dict[str, str]) -> list[str]:
    """Deliver a layer; return what was said."""
    said: list[str] = []
    deliver(layer, folder, folder / "dist", KeptPapers(kept.get, kept.__setitem__), said.append)
    return said


def test_papers_that_are_there_and_right_stay_as_they_are(layer: VerifiedLayer, tmp_path: Path) -> None:
    kept: dict[str, str] = {}
    delivered(layer, tmp_path, kept)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").iterdir()}
    assert delivered(layer, tmp_path, kept) == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").iterdir()} == before


@pytest.mark.parametrize("changed", ["packages", "trim", "inputs"])
def test_a_manifest_that_was_changed_is_said_and_written_anew(
    layer: VerifiedLayer, tmp_path: Path, changed: str
) -> None:
    kept: dict[str, str] = {}
    delivered(layer, tmp_path, kept)
    path = tmp_path / "dist" / f"{layer.built.spec.stem}.json"
    right = path.read_text(encoding="utf-8")
    document = json.loads(right)
    if changed == "packages":
        document["packages"][0]["license"] = "MIT OR Apache-2.0"
    elif changed == "trim":
        document["trim"]["tests"] = not document["trim"]["tests"]
    else:
        document["inputs"]["lock"] = "0" * 64
    path.write_text(json.dumps(document), encoding="utf-8")
    [said] = delivered(layer, tmp_path, kept)
    assert said == f"dist/{path.name} said other things of these bytes than are so: it is written anew"
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(right)


def test_an_sbom_that_was_changed_is_said_and_written_anew(layer: VerifiedLayer, tmp_path: Path) -> None:
    kept: dict[str, str] = {}
    delivered(layer, tmp_path, kept)
    path = tmp_path / "dist" / f"{layer.built.spec.stem}.cdx.json"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("tiny-layer", "other-layer"), encoding="utf-8")
    [said] = delivered(layer, tmp_path, kept)
    assert said == f"dist/{path.name} said other things of these bytes than are so: it is written anew"
    assert path.read_text(encoding="utf-8") == right


def test_an_sbom_that_was_changed_together_with_what_was_kept_of_it_is_found_where_nothing_kept_is_trusted(
    layer: VerifiedLayer, tmp_path: Path
) -> None:
    delivered(layer, tmp_path, {})
    path = tmp_path / "dist" / f"{layer.built.spec.stem}.cdx.json"
    path.write_text(path.read_text(encoding="utf-8").replace("tiny-layer", "other-layer"), encoding="utf-8")
    assert len(delivered(layer, tmp_path, {})) == 1
