"""What each wheel came to, kept on this machine, so that a build does again only what changed: `parts/<key>`.

The key names the wheel and all else that a part follows from; what a part holds is found by what it was made of, too
(deploy/inside/parts.py). One that is damaged is not there.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..inside.wheel import WheelName
from ..kept import keep, read
from .cache_key import built_by, digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .spec import LayerSpec

FOLDER = "parts"


@dataclass(frozen=True)
class PartStore:
    """The parts for a layer's wheels, whose content is by file name; they are named by distribution."""

    root: Path
    spec: LayerSpec
    wheels: Mapping[str, bytes]

    def kept(self) -> dict[str, bytes]:
        """Return the parts that there are."""
        found = {name: read(path) for name, path in self._paths.items()}
        return {name: content for name, content in found.items() if content is not None}

    def keep(self, made: Mapping[str, bytes]) -> None:
        """Take in what a build made of wheels."""
        for name, content in made.items():
            keep(self._paths[name], content)

    @cached_property
    def _paths(self) -> dict[str, Path]:
        named = {WheelName.parse(filename).name: content for filename, content in self.wheels.items()}
        return {name: self.root / FOLDER / self._key(name, content) for name, content in named.items()}

    def _key(self, name: str, wheel: bytes) -> str:
        spec = self.spec
        where = [spec.image.key, spec.runtime, spec.architecture]
        policy = [spec.layer.bytecode, asdict(spec.layer.trim), sorted(spec.withdrawn.get(name, ()))]
        return digest(["part", hashlib.sha256(wheel).hexdigest(), *where, *policy, built_by()])
