"""The code zip of an earlier run, remembered by all that it follows from: without changes nothing is compiled.

What is remembered is the sha256 of the zip, which has to lie in dist/ still. What is handed out is bundled anew, from
the sources, whatever is remembered.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import deflate

from ..executable import Executable

if TYPE_CHECKING:
    from pathlib import Path

    from ..kept import Kept
    from ..settings import Settings
    from .sources import Python


@dataclass(frozen=True)
class Memory:
    """Where code zips are remembered; `made_by` names the state of the pipeline's own sources that make them."""

    kept: Kept
    made_by: str


@dataclass(frozen=True)
class RememberedZip:
    """What is remembered of a code zip."""

    sha256: str
    tree_digest: str


@dataclass(frozen=True)
class Remembered:
    """The place of one code zip, by its inputs: `files` is what was collected for it, content by path."""

    kept: Kept
    zip: Path
    key: str

    @classmethod
    def by(
        cls, memory: Memory, zipped: Path, settings: Settings, files: Mapping[str, bytes], python: Python | None
    ) -> Remembered:
        collected = {
            name: [hashlib.sha256(each).hexdigest(), isinstance(each, Executable)] for name, each in files.items()
        }
        wanted = [repr(settings.code), repr(settings.functions), settings.runtime]
        inputs = ["bundle", collected, wanted, _version(python), deflate.__version__, memory.made_by]
        key = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
        return cls(memory.kept, zipped, key)

    def find(self) -> RememberedZip | None:
        """Return what was made of these inputs, where that very zip is there."""
        text = self.kept.checks(self.key)
        if text is None or not self.zip.exists():
            return None
        known = RememberedZip(**json.loads(text))
        return known if hashlib.sha256(self.zip.read_bytes()).hexdigest() == known.sha256 else None

    def keep(self, known: RememberedZip) -> None:
        self.kept.keep_checks(self.key, json.dumps(asdict(known)))


def _version(python: Python | None) -> list[str]:
    return [sys.version, python.identity if python else ""]


@dataclass(frozen=True, eq=False)
class ZippedFiles(Mapping[str, bytes]):
    """The files of a zip by their paths, unpacked when somebody asks for one."""

    zip: Path

    @cached_property
    def _files(self) -> dict[str, bytes]:
        from io import BytesIO
        from zipfile import ZipFile

        with ZipFile(BytesIO(self.zip.read_bytes())) as archive:
            every = {each.filename: (archive.read(each), each.external_attr >> 16) for each in archive.infolist()}
        return {name: Executable(each) if mode & 0o100 else each for name, (each, mode) in every.items()}

    def __getitem__(self, name: str) -> bytes:
        return self._files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
