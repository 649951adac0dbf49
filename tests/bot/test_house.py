"""The bot's rooms: imports lead downward alone, and each room names its files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src/channelwright"
DOWNWARD = ("worker", "actions", "campaign", "discord")
ROOMS = (*DOWNWARD, "endpoint")
MANY = 18


def files(room: str) -> list[Path]:
    return [path for path in (SRC / room).glob("*.py") if path.name != "__init__.py"]


def rooms_of(path: Path) -> set[str]:
    """Return the rooms that a module imports, for types alone too."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {each.split(".")[1] for each in modules if each.startswith("channelwright.")} & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_is_below(room: str) -> None:
    above = {"endpoint", *DOWNWARD[: DOWNWARD.index(room)]} if room in DOWNWARD else set(DOWNWARD)
    for path in files(room):
        assert not (rooms_of(path) & above) - {room}, path


def test_what_both_functions_share_is_in_no_room_and_imports_none() -> None:
    assert not any(rooms_of(path) for path in SRC.glob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_names_its_files_and_is_not_crowded(room: str) -> None:
    described = ast.get_docstring(ast.parse((SRC / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = {found[1] for line in described.splitlines() if (found := re.match(r" *(\w+) {2,}\S", line))}
    assert named == {path.stem for path in files(room)}
    assert len(named) <= MANY
