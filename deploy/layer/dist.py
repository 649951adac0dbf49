"""dist/: a verified layer's zip with its papers, the manifest and the SBOM. What is not verified never gets there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..atomic import write
from ..documents.reading import UnreadableError
from ..documents.writing import as_json
from .manifest import build
from .verify import restored

if TYPE_CHECKING:
    from pathlib import Path

    from .verify import VerifiedLayer


def deliver(verified: VerifiedLayer, project: Path, dist: Path) -> VerifiedLayer:
    """Write dist/<layer>.zip, .json and .cdx.json, unless they are about these very bytes already."""
    content = verified.built.zip.read_bytes()
    target = dist / f"{verified.built.spec.stem}.zip"
    if not target.exists() or target.read_bytes() != content:
        write(target, content)
    layer = restored(replace(verified.built, zip=target), verified.evidence.to_json())
    _describe(layer, project, dist)
    return layer


def _describe(layer: VerifiedLayer, project: Path, dist: Path) -> None:
    papers = dist / f"{layer.built.spec.stem}.json", dist / f"{layer.built.spec.stem}.cdx.json"
    if _is_about(papers[0], layer) and papers[1].exists():
        return
    from ..git import commit
    from .sbom import sbom

    write(papers[0], as_json(build.manifest(layer, commit(project))).encode())
    write(papers[1], sbom(layer.built).encode())


def _is_about(path: Path, layer: VerifiedLayer) -> bool:
    try:
        found = build.read(path.read_bytes())
    except (FileNotFoundError, UnreadableError):
        return False
    about = (found.format, found.fingerprint, found.zip)
    return about == (build.FORMAT, layer.built.spec.fingerprint, build.about_zip(layer.built))
