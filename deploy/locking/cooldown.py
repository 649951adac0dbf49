"""How old a release has to be before it is locked, as uv takes it.

Bad releases, stolen accounts above all, are mostly found within days; who waits a week does not run them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..settings import Lock


def options(lock: Lock) -> list[str]:
    """Return uv's options for the cooldown and each override (https://docs.astral.sh/uv/concepts/resolution/).

    None for no days: uv then also takes what an index lists without the date of its upload.
    """
    given = ["--exclude-newer", f"{lock.cooldown_days} days"] if lock.cooldown_days else []
    for name, override in lock.overrides.items():
        limit = f"{override.days} days" if override.days else "false"
        given += ["--exclude-newer-package", f"{normalised(name)}={limit}"]
    return given


def remarks(lock: Lock, undated: Collection[str]) -> list[str]:
    """Say which packages have a cooldown of their own or could not be checked, and why."""
    names = ", ".join(sorted(undated))
    unchecked = [f"not checked for the cooldown, since no index says when they were uploaded: {names}: {lock.undated}"]
    return (unchecked if undated else []) + [
        f"{name}: a cooldown of {override.days} days, not {lock.cooldown_days}: {override.reason}"
        for name, override in lock.overrides.items()
    ]
