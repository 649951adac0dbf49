"""The papers that lie beside a verified layer in dist/: its manifest and its SBOM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deploy.layer.cache import write

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.verify import VerifiedLayer


def describe(layer: VerifiedLayer, project: Path, dist: Path) -> None:
    """Write dist/<layer>.json and dist/<layer>.cdx.json, unless they are about these very bytes already."""
    papers = dist / f"{layer.built.spec.stem}.json", dist / f"{layer.built.spec.stem}.cdx.json"
    if _is_about(papers[0], layer) and papers[1].exists():
        return
    from deploy.layer import manifest
    from deploy.layer.git import commit
    from deploy.layer.sbom import sbom

    write(papers[0], manifest.text(manifest.manifest(layer, commit(project))).encode())
    write(papers[1], sbom(layer.built).encode())


def _is_about(path: Path, layer: VerifiedLayer) -> bool:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return (found["zip"]["sha256"], found["fingerprint"]) == (layer.built.sha256, layer.built.spec.fingerprint)
