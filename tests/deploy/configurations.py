"""Configurations as a project has them, and how they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def project(folder: Path, text: str) -> Path:
    (folder / "config").mkdir()
    (folder / "config" / "pipeline.yaml").write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, text: str) -> dict[str, tuple[str, str]]:
    """Load a configuration that must be refused; return what and cure of each fault by its key path."""
    with pytest.raises(ConfigError) as caught:
        load(project(folder, text), {})
    return {fault.where.rsplit(": ", 1)[-1]: (fault.what, fault.cure) for fault in caught.value.faults}
