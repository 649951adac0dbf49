"""Where a look was taken."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from .values import frozen


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a look was taken; `runtime_modules` are the top-level names that the runtime's own packages have."""

    python: str
    glibc: str
    machine: str
    runtime_modules: tuple[str, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Place:
        return cls(**{name: frozen(value) for name, value in json.loads(text).items()})
