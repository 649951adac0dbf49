"""What enter_sandbox is told: which folder to enter, how, and what to run there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

NOT_ALLOWED = 71
"""The exit code where a machine allows no such sandbox; stderr says why."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`folder` holds opt/, task/, runtime/ and empty lang/ and root/; `python` is the interpreter's prefix.

    `confined` makes it the only thing there is, `online` leaves it the host's network, `own_users` lets the command
    choose a user for each process that it starts, which takes root outside. What is `lasting` outlives the thread that
    started it, though never the process. `bubblewrap` is the path of a program that makes the sandbox in our place.
    `libraries` is the LD_LIBRARY_PATH inside; the bounds are in bytes and counts, `names` those of files in /tmp.
    """

    folder: str
    python: str
    command: tuple[str, ...]
    libraries: str
    confined: bool
    online: bool = False
    own_users: bool = False
    lasting: bool = False
    bubblewrap: str = ""
    drop: bool = True
    memory: int
    temporary: int
    names: int
    processes: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Entry:
        raw = json.loads(text)
        return cls(**{**raw, "command": tuple(raw["command"])})
