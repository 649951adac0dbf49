"""The manifest in dist/ as it has to be: the one that is there, from whichever commit, or another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...documents.reading import UnreadableError
from ...documents.writing import as_json
from ...git import Commit, commit
from . import build

if TYPE_CHECKING:
    from pathlib import Path

    from ..verify import VerifiedLayer


@dataclass(frozen=True)
class RenewedManifest:
    """`says_otherwise` tells that the one that was there is about these bytes, and says other than is so."""

    content: bytes
    says_otherwise: bool = False


def renewed(layer: VerifiedLayer, project: Path, there: bytes) -> RenewedManifest:
    """Return the manifest that is there where it says what is so, else a new one."""
    try:
        found = build.read(there)
    except UnreadableError:
        return RenewedManifest(_made(layer, project))
    wanted = replace(build.manifest(layer, Commit(found.git.commit, found.git.dirty)), pipeline=found.pipeline)
    if wanted == found:
        return RenewedManifest(there)
    is_about_it = (found.format, found.fingerprint, found.zip) == (wanted.format, wanted.fingerprint, wanted.zip)
    # What was proven again took other milliseconds.
    otherwise = is_about_it and replace(found, verification=wanted.verification) != wanted
    return RenewedManifest(_made(layer, project), says_otherwise=otherwise)


def _made(layer: VerifiedLayer, project: Path) -> bytes:
    return as_json(build.manifest(layer, commit(project))).encode()
