from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from deploy.commands import lock
from tests.deploy.locking.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = "layers: {deps: {}}\narchitectures: [x86_64, arm64]\n"


@dataclass(frozen=True)
class Project:
    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "requirements.txt"

    def wants(self, *requirements: str) -> None:
        (self.folder / "requirements.in").write_text("\n".join(requirements) + "\n")

    def configured(self, text: str) -> None:
        (self.folder / "config/pipeline.yaml").write_text(text)

    def run(self, *, check: bool = False, upgrade: list[str] | None = None, image: bool = False) -> int:
        where = {"backend": "host", "unconfined": False, "json": False}
        return lock.run(Namespace(project=self.folder, check=check, upgrade=upgrade, image=image, **where))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "project/config").mkdir(parents=True)
    made = Project(tmp_path / "project")
    made.configured(CONFIG)
    return made


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """An empty index, which is the only one that uv and pip know of, and no container engine."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    with Index() as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
        monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
        yield opened
