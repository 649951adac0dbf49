"""A small project with two handlers."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.settings import Code, Function, Layer, Settings
from tests.deploy.code.bundles import write


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    """A project with a module, a package, a text and an included file."""
    write(tmp_path / "src/bot.py", "import rooms.hall\nhandler = rooms.hall.open\n")
    write(tmp_path / "src/rooms/__init__.py", "")
    write(tmp_path / "src/rooms/hall.py", "def open(event, context):\n    return event\n")
    write(tmp_path / "src/rooms/words.txt", "à la carte")
    write(tmp_path / "config/menu.yaml", "menu: []\n")
    return Settings(
        project=tmp_path,
        layers={"deps": Layer(name="deps")},
        functions={"bot": Function(key="bot", name="bot", handler="bot.handler")},
        code=Code(include=(Path("config/menu.yaml"),)),
    )
