"""A source that brings its own build backend, and so takes nothing of an index to be built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.sources import backend
from tests.deploy.sources.locked_sources import provided

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs

PYPROJECT = """\
[project]
name = "in-tree"
version = "1"
[build-system]
requires = []
build-backend = "tiny_backend"
backend-path = ["."]
"""


def test_it_is_locked_and_built_again_on_another_machine(
    sources: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "tree/tiny_backend.py").write_text(backend.text())
    index.files.clear()
    sources.wants("../tree")
    assert sources.run() == 0
    first = provided(sources)["in-tree"].read_bytes()
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "another"))
    assert provided(sources)["in-tree"].read_bytes() == first
