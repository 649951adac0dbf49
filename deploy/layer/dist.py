"""dist/: a verified layer's zip with its papers, the manifest and the SBOM. What is not verified never gets there.

The papers follow from the layer, so one that says otherwise was changed: it is said, and written anew. Each is compared
with the sha256 of the one that was made for these bytes, since making it takes longer than all the rest; or where
nothing kept is trusted, with what it has to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable  # noqa: TC003 - named tuples read their annotations
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from .. import __version__
from ..atomic import write
from .cache_key import described_by, digest, proven_by
from .verify import restored

if TYPE_CHECKING:
    from pathlib import Path

    from .verify import VerifiedLayer


class KeptPapers(NamedTuple):
    """Where the sha256 of papers that were made before are found, None for none, and where they are kept."""

    find: Callable[[str], str | None]
    keep: Callable[[str, str], None]

    def at(self, key: str) -> KeptPaper:
        return KeptPaper(self, key)


class KeptPaper(NamedTuple):
    """The sha256 of one paper, by what it follows from."""

    papers: KeptPapers
    key: str

    def is_it(self, content: bytes) -> bool:
        """Tell whether this is the paper that was made before."""
        return bool(content) and self.papers.find(self.key) == hashlib.sha256(content).hexdigest()

    def keep(self, content: bytes) -> None:
        self.papers.keep(self.key, hashlib.sha256(content).hexdigest())


def deliver(
    verified: VerifiedLayer, project: Path, dist: Path, kept: KeptPapers, say: Callable[[str], None]
) -> VerifiedLayer:
    """Write dist/<layer>.zip, .json and .cdx.json, unless they are about these very bytes already."""
    content = verified.built.zip.read_bytes()
    target = dist / f"{verified.built.spec.stem}.zip"
    if not target.exists() or target.read_bytes() != content:
        write(target, content)
    found = verified.evidence.to_json()
    layer = restored(replace(verified.built, zip=target), found)
    spec, built = layer.built.spec, [layer.built.sha256, repr(layer.built.report)]
    about = [spec.fingerprint, repr(spec.layer), repr(spec.image), found, *built]
    manifest = digest(["manifest", __version__, described_by(), proven_by(), *about])
    _manifest(layer, project, dist / f"{spec.stem}.json", kept.at(manifest), say)
    _bill(layer, dist / f"{spec.stem}.cdx.json", kept.at(digest(["sbom", __version__, *built])), say)
    return layer


def _manifest(layer: VerifiedLayer, project: Path, path: Path, kept: KeptPaper, say: Callable[[str], None]) -> None:
    """Write the manifest, unless it is there, from whichever commit."""
    there = path.read_bytes() if path.exists() else b""
    if kept.is_it(there):
        return
    from .manifest import papers

    made = papers.renewed(layer, project, there)
    if made.says_otherwise:
        say(f"{path.parent.name}/{path.name} said other things of these bytes than are so: it is written anew")
    kept.keep(made.content)
    if made.content != there:
        write(path, made.content)


def _bill(layer: VerifiedLayer, path: Path, kept: KeptPaper, say: Callable[[str], None]) -> None:
    """Write the SBOM, unless it is there."""
    there = path.read_bytes() if path.exists() else b""
    if kept.is_it(there):
        return
    from .sbom import sbom

    made = sbom(layer.built).encode()
    kept.keep(made)
    if there == made:
        return
    if layer.built.sha256.encode() in there:
        say(f"{path.parent.name}/{path.name} said other things of these bytes than are so: it is written anew")
    write(path, made)
