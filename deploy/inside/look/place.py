"""Where a look was taken, and what was there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from .values import frozen


@dataclass(frozen=True, kw_only=True)
class Provided:
    """A distribution that the runtime has itself; `modules` are its top-level names, `requires` as in its metadata."""

    name: str
    version: str
    requires: tuple[str, ...]
    modules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a look was taken; `runtime_modules` are the top-level names that the runtime's own packages have.

    `provided` are those of its distributions that the plan wants from it, with what they require.
    """

    python: str
    glibc: str
    machine: str
    runtime_modules: tuple[str, ...]
    provided: tuple[Provided, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Place:
        raw = json.loads(text)
        provided = tuple(
            Provided(**{name: frozen(value) for name, value in each.items()}) for each in raw.pop("provided")
        )
        return cls(provided=provided, **{name: frozen(value) for name, value in raw.items()})
