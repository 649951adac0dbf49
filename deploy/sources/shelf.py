"""Wheels that were built here: each by its sha256, under the name that it was given, and by what it follows from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..atomic import write
from ..kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class OwnWheel:
    """A wheel that no index has; `path` is where it is kept on this machine."""

    path: Path
    sha256: str

    @property
    def filename(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Shelf:
    """The folder `own` in the cache: `own/<sha256>/<file name>`."""

    root: Path

    def find(self, digests: Iterable[str]) -> OwnWheel | None:
        """Return the first of these that is here, and whole."""
        for each in digests:
            for path in (self.root / "own" / each).glob("*.whl"):
                if hashlib.sha256(path.read_bytes()).hexdigest() == each:
                    return OwnWheel(path, each)
        return None

    def put(self, filename: str, content: bytes) -> OwnWheel:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.root / "own" / sha256 / filename
        write(path, content)
        return OwnWheel(path, sha256)

    def made_of(self, key: str) -> OwnWheel | None:
        """Return what was made of these inputs before."""
        text = Kept(self.root).checks(key)
        return self.find([text]) if text else None

    def keep(self, key: str, wheel: OwnWheel) -> None:
        Kept(self.root).keep_checks(key, wheel.sha256)
