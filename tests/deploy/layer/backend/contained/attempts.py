"""The table: all that is tried, and the package whose verdict nobody may change."""

from __future__ import annotations

from tests.deploy.layer.backend.contained.attempt import TOOLS, Attempt
from tests.deploy.layer.backend.contained.disk import DISK
from tests.deploy.layer.backend.contained.files import FILES
from tests.deploy.layer.backend.contained.machine import MACHINE
from tests.deploy.layer.backend.contained.memory import MEMORY
from tests.deploy.layer.backend.contained.resources import RESOURCES
from tests.deploy.layer.backend.contained.watcher import WATCHER

__all__ = ["ATTEMPTS", "TOOLS", "VICTIM", "Attempt"]

ATTEMPTS: tuple[Attempt, ...] = (*FILES, *MACHINE, *WATCHER, *RESOURCES, *MEMORY, *DISK)
VICTIM = "raise RuntimeError('broken')\n"
