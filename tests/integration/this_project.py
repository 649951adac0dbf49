"""This very project, copied to where a test may change it and build in it."""

from __future__ import annotations

import shutil
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PARTS = ("config", "src", "tools", "deploy", "tests", "Dockerfile.layer", "requirements.txt", "requirements.in")


def copy_to(folder: Path) -> None:
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
