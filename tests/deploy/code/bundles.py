"""Code zips of a small project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.code.bundle import CodeBundle, bundle
from deploy.errors import BuildError

if TYPE_CHECKING:
    from deploy.settings import Settings

PROJECT = Path(__file__).parents[3]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def made(settings: Settings) -> CodeBundle:
    return bundle(settings, settings.project / "dist")


def refusal(settings: Settings) -> str:
    with pytest.raises(BuildError) as refused:
        made(settings)
    assert not (settings.project / "dist").exists()
    return str(refused.value)
