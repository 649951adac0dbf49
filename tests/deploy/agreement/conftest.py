"""Fixtures of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.agreement.strangers import CONFIG, HANDLER, LOCK, TEMPLATE, Stranger

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    made = Stranger(tmp_path)
    for name, text in (
        ("config/pipeline.yaml", CONFIG),
        ("template.yaml", TEMPLATE),
        ("src/take.py", HANDLER),
        ("requirements.txt", LOCK),
        ("requirements.in", "idna\n"),
    ):
        made.write(name, text)
    return made
