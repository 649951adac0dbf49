"""A project with one function, and the cache of all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.small_project import cache_with_wheels, make_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    return cache_with_wheels(tmp_path_factory.mktemp("layers") / "cache", shared)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")
