"""What own code needs from a place that its own metadata names: nobody else has that place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.sources.conftest import library
from tests.deploy.sources.locked_sources import refusal, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project

pytestmark = pytest.mark.programs


def test_it_is_refused_with_the_way_to_say_where_it_lies(sources: Project, tmp_path: Path) -> None:
    other = library(tmp_path / "other", "other-lib")
    library(tmp_path / "shared", "shared-lib", "0.3", f"other-lib @ file://{other}")
    sources.wants("../shared")
    told = refusal(sources)
    assert "other-lib: is taken from " in told
    assert "tool.uv.sources" in told
    library(tmp_path / "shared", "shared-lib", "0.3", "other-lib")
    sources.wants("../shared", "../other")
    sources.run()
    assert versions(sources) == {"shared-lib": "0.3", "other-lib": "1.0"}
