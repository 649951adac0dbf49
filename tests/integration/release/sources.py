"""The sources and the lock of a tiny project, so that what is static about it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOCK = f"idna==3.7 --hash=sha256:{'0' * 64}\n"


def furnish(project: Path) -> None:
    """Write the handlers that the tiny configurations name, and a lock."""
    (project / "src").mkdir(exist_ok=True)
    for name in ("bot", "worker"):
        (project / "src" / f"{name}.py").write_text("def handler(event, context):\n    return {}\n")
    (project / "requirements.txt").write_text(LOCK)
