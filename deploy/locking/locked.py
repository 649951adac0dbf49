"""The lock that a project has, whichever kind it is: the pins that a target needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import lockfile

if TYPE_CHECKING:
    from ..inside.exchange import Pin
    from ..settings import Settings, Target


def pins(settings: Settings, target: Target) -> tuple[Pin, ...]:
    """Read the pins of a target, sorted by name; none where the project has neither a layer nor a lock.

    Raises LockError with all that is wrong with the lock.
    """
    path = settings.project / settings.requirements
    if not settings.layers and not path.exists():
        return ()
    return lockfile.read(path, target)
