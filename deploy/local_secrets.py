"""What a developer keeps in .env: variables of this machine, never in git, never shipped.

The real environment comes first, so that CI needs no file; then .env.STAGE, then .env. `.env.example` says what there
is. Values are read into a mapping and handed on: nothing is put into this process's environment, where every child
process would find it.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from . import atomic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def with_secrets(environment: Mapping[str, str], project: Path, stage: str) -> dict[str, str]:
    """Return the environment with what the files add to it; an empty value counts as none."""
    from dotenv import dotenv_values

    known: dict[str, str] = {}
    for name in (".env", f".env.{stage}"):
        if not (path := project / name).exists():
            continue
        text = atomic.text(path)
        found = dotenv_values(stream=StringIO(text), interpolate=False)
        known |= {key: value for key, value in found.items() if value}
    return known | dict(environment)
