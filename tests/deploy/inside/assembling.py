"""Wheels, and the layer that they become."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from deploy.inside import assemble
from tests.deploy.inside.synthetic import deflate_wheel, wheel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from deploy.inside.exchange import Recipe

TOOL = deflate_wheel()
ONE = wheel(
    "one",
    {"one/__init__.py": "import two\n" + "x = 1\n" * 50, "one/data.json": "{}", "one/tests/test_one.py": "a = 1"},
    metadata="License-Expression: MIT\nLicense-File: LICENSE",
)
TWO = wheel("two", {"two.py": "VALUE = 2\n", "two-1.0.dist-info/licenses/LICENSE": "free"}, version="1.0")


def folder(path: Path, wanted: Recipe, wheels: Iterable[tuple[str, bytes]]) -> Path:
    for name, content in [*wheels, TOOL]:
        (path / "wheels").mkdir(parents=True, exist_ok=True)
        (path / "wheels" / name).write_bytes(content)
    (path / "build").mkdir()
    (path / "build" / "recipe.json").write_text(wanted.to_json(), encoding="utf-8")
    return path


def pin_the_tool(folder: Path, patched: pytest.MonkeyPatch) -> None:
    """Have the tool be the one that this machine has."""
    tools = folder / "tools.txt"
    tools.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", encoding="utf-8")
    patched.setattr(assemble, "TOOLS", tools)
