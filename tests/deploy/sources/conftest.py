from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.locking.conftest import Project, index, project
from tests.deploy.sources import backend

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.index import Index

__all__ = ["index", "project"]


@pytest.fixture
def sources(project: Project, index: Index, tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project beside a folder `shared` with a library of its own, which needs `demo`; the index has a backend.

    What is built is kept for all of these tests, by what it is made of: what is about building has a cache of its own.
    """
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(shared / "own-sources"))
    backend.publish(index)
    index.add("demo", "1.0")
    library(tmp_path / "shared", "shared-lib", "0.3", "demo")
    (project.folder / "Dockerfile.layer").write_text("FROM scratch\n")
    return project


def library(folder: Path, name: str, version: str = "1.0", *dependencies: str, tool: str = "", tail: str = "") -> Path:
    """Write a project that the tests' backend builds; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = backend.pyproject(name, version, *dependencies, tool=tool, tail=tail)
    (folder / "pyproject.toml").write_text(text)
    (folder / f"{name.replace('-', '_')}.py").write_text("VALUE = 1\n")
    return folder
