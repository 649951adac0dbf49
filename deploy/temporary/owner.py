"""Whose something is that a run leaves outside of itself: a process of this machine, by more than its number.

>>> Owner.of(str(Owner.mine())) == Owner.mine()
True
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

_TEXT = re.compile(r"(?P<place>[0-9a-f]+-[0-9]+)-(?P<user>[0-9]+)-(?P<process>[0-9]+)-(?P<started>[0-9]+)")
_BOOT, _NAMESPACE = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A process: where its number means it, of which user it is, and when it began.

    `place` is a boot of a machine and a namespace of processes; `started` is in the kernel's ticks, 0 where a system
    does not say.
    """

    place: str
    user: int
    process: int
    started: int

    @classmethod
    def mine(cls) -> Self:
        """Return this process."""
        return cls(place=_place(), user=os.geteuid(), process=os.getpid(), started=_started(os.getpid()))

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Read what `str` wrote; None where a text is anything else."""
        if not (match := _TEXT.fullmatch(text)):
            return None
        user, process, started = int(match["user"]), int(match["process"]), int(match["started"])
        return cls(place=match["place"], user=user, process=process, started=started)

    def __str__(self) -> str:
        return f"{self.place}-{self.user}-{self.process}-{self.started}"

    @property
    def is_here(self) -> bool:
        """Whether it is of this user, and where this process can see whether it still runs."""
        return self.place == _place() and self.user == os.geteuid()

    @property
    def is_gone(self) -> bool:
        """Whether it is surely no more: never of one that this process cannot see."""
        return self.is_here and not self._runs()

    def _runs(self) -> bool:
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return _started(self.process) == self.started


@cache
def _place() -> str:
    if not _BOOT.exists():
        import platform

        return f"{platform.node().encode().hex() or 0}-0"
    boot = _BOOT.read_text(encoding="ascii").replace("-", "").strip()
    return f"{boot}-{_NAMESPACE.stat().st_ino}"


def _started(process: int) -> int:
    """Return when a process began: field 22 of proc_pid_stat(5), whose second field may hold anything."""
    stat = Path(f"/proc/{process}/stat")
    return (
        int(stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]) if stat.exists() else 0
    )
