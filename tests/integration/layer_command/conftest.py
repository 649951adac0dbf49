"""A project with one function, and the cache of all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.small_project import make_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")
