"""The end of a process, wherever it ran: in a container or on this host."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Completed:
    """A process that ended: its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str
