"""dist/: a verified layer's zip with its papers, the manifest and the SBOM. What is not verified never gets there.

The papers follow from the layer, so one that says otherwise was changed: it is said, and written anew. The manifest is
compared with what it has to be; the SBOM, whose library takes longer to load than all the rest, with the sha256 of the
one that was made for these bytes, or where nothing kept is trusted, with one that is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable  # noqa: TC003 - named tuples read their annotations
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from .. import __version__
from ..atomic import write
from ..documents.reading import UnreadableError
from ..documents.writing import as_json
from ..git import Commit, commit
from .cache_key import digest
from .manifest import build
from .verify import restored

if TYPE_CHECKING:
    from pathlib import Path

    from .verify import VerifiedLayer


class KeptBill(NamedTuple):
    """Where the sha256 of SBOMs that were made before are found, None for none, and where they are kept."""

    find: Callable[[str], str | None]
    keep: Callable[[str, str], None]


def deliver(
    verified: VerifiedLayer, project: Path, dist: Path, kept: KeptBill, say: Callable[[str], None]
) -> VerifiedLayer:
    """Write dist/<layer>.zip, .json and .cdx.json, unless they are about these very bytes already."""
    content = verified.built.zip.read_bytes()
    target = dist / f"{verified.built.spec.stem}.zip"
    if not target.exists() or target.read_bytes() != content:
        write(target, content)
    layer = restored(replace(verified.built, zip=target), verified.evidence.to_json())
    _manifest(layer, project, dist / f"{layer.built.spec.stem}.json", say)
    _bill(layer, dist / f"{layer.built.spec.stem}.cdx.json", kept, say)
    return layer


def _manifest(layer: VerifiedLayer, project: Path, path: Path, say: Callable[[str], None]) -> None:
    """Write the manifest, unless it is there, from whichever commit."""
    found = _read(path)
    if found:
        wanted = replace(build.manifest(layer, Commit(found.git.commit, found.git.dirty)), pipeline=found.pipeline)
        if wanted == found:
            return
        is_about_it = (found.format, found.fingerprint, found.zip) == (wanted.format, wanted.fingerprint, wanted.zip)
        # What was proven again took other milliseconds.
        if is_about_it and replace(found, verification=wanted.verification) != wanted:
            say(f"{path.parent.name}/{path.name} said other things of these bytes than are so: it is written anew")
    write(path, as_json(build.manifest(layer, commit(project))).encode())


def _read(path: Path) -> build.BuildManifest | None:
    try:
        return build.read(path.read_bytes())
    except (FileNotFoundError, UnreadableError):
        return None


def _bill(layer: VerifiedLayer, path: Path, kept: KeptBill, say: Callable[[str], None]) -> None:
    """Write the SBOM, unless it is there."""
    found = path.read_bytes() if path.exists() else b""
    key = digest(["sbom", __version__, layer.built.sha256, layer.built.report.to_json()])
    if found and kept.find(key) == hashlib.sha256(found).hexdigest():
        return
    from .sbom import sbom

    made = sbom(layer.built).encode()
    kept.keep(key, hashlib.sha256(made).hexdigest())
    if found == made:
        return
    if layer.built.sha256.encode() in found:
        say(f"{path.parent.name}/{path.name} said other things of these bytes than are so: it is written anew")
    write(path, made)
