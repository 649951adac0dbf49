"""An index and a project to measure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from tests.deploy.locking.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.settings import Settings


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    with Index() as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield opened


@pytest.fixture
def settings(index: Index, tmp_path: Path) -> Settings:
    """A project that locks one wheel."""
    (wheel,) = index.add("demo", "1.0", "cp38-abi3-manylinux2014_x86_64")
    project = tmp_path / "project"
    (project / "config").mkdir(parents=True)
    (project / "config/pipeline.yaml").write_text(
        "layers: {deps: {}}\narchitectures: [x86_64, arm64]\n"
        "functions: {f: {name: f, handler: app.handler, layers: [deps]}}\ncode: {include: [config/names.txt]}\n"
    )
    (project / "config/names.txt").write_text("a")
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{wheel.sha256}\n")
    (project / "Dockerfile.layer").write_text("FROM scratch\n")
    (project / "src").mkdir()
    (project / "src/app.py").write_text("def handler(event, context): return {}\n")
    return load(project, {})
