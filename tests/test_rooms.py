"""The rooms: imports lead downward and never in circles, no room is crowded, and each says what is in it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests import imports

ROOT = Path(__file__).parent.parent
MANY = 18
LINES = 250
FUNCTION = 40
ANY_IN_A_THOUSAND = {"deploy": 3, "src": 10}
# A file for each command: their number is the number of commands.
OPEN_ENDED = {"deploy/commands", "deploy/commands/output"}
HOUSES = ("deploy", "tools")
ROOMS = sorted({path.parent for folder in HOUSES for path in (ROOT / folder).rglob("*.py")})
SOURCES = sorted(path for folder in ("deploy", "src", "tools") for path in (ROOT / folder).rglob("*.py"))


def _graph(*, for_types: bool) -> dict[str, frozenset[str]]:
    """Return the outermost rooms of deploy/, and its files that are in none, each with those that it imports."""
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for name in imports.modules("deploy"):
        graph[_outermost(name)] |= {
            _outermost(other) for other in imports.imported(name, "deploy", for_types=for_types) if other != "deploy"
        }
    return {room: frozenset(others - {room}) for room, others in graph.items() if room != "deploy"}


def _outermost(name: str) -> str:
    return ".".join(name.split(".")[:2])


@pytest.mark.parametrize("for_types", [False, True])
def test_no_two_rooms_lead_to_each_other(*, for_types: bool) -> None:
    assert imports.circles(_graph(for_types=for_types)) == []


def test_no_two_modules_load_each_other() -> None:
    for folder in HOUSES:
        graph = {name: imports.imported(name, folder) for name in imports.modules(folder)}
        assert imports.circles(graph) == [], folder


def test_a_circle_is_found_where_there_is_one() -> None:
    graph = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a"}), "d": frozenset({"a"})}
    assert imports.circles(graph) == ["a -> b -> c -> a"]


@pytest.mark.parametrize(
    ("folder", "never"),
    [
        ("deploy", ("tools", "tests", "channelwright", "bot", "worker")),
        ("src", ("deploy", "tools", "tests")),
        ("tools", ("tests",)),
        ("deploy/inside", ("docker", "boto3", "deploy.errors", "deploy.settings")),
    ],
)
def test_what_is_below_does_not_know_what_is_above(folder: str, never: tuple[str, ...]) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        for node in imports.nodes(path):
            names = [imports.source_of(node, imports.package_of(path))] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not any(name == each or name.startswith(f"{each}.") for each in never), f"{path}: {name}"


@pytest.mark.parametrize("door", [("docker", "deploy/container"), ("boto3", "deploy/aws"), ("botocore", "deploy/aws")])
def test_each_outside_world_has_one_door(door: tuple[str, str]) -> None:
    package, room = door
    for path in (ROOT / "deploy").rglob("*.py"):
        if re.search(rf"^\s*(import|from) {package}\b", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert path.is_relative_to(ROOT / room), path


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_no_room_is_crowded(room: Path) -> None:
    files = [path.name for path in room.glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= MANY or str(room.relative_to(ROOT)) in OPEN_ENDED, f"{len(files)} files: {files}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_says_what_each_of_its_files_is(room: Path) -> None:
    said = ast.get_docstring(imports.tree(room / "__init__.py")) or ""
    files = [path.stem for path in room.glob("*.py") if not path.stem.startswith("__")]
    missing = [name for name in sorted(files) if not re.search(rf"\b{name}\b", said)]
    assert not missing, f"the docstring of {room.relative_to(ROOT)} does not name {', '.join(missing)}"


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > LINES} == {}


def test_no_function_is_longer_than_a_page() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in SOURCES
        for node in imports.nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["deploy", "src"])
def test_no_public_class_has_the_name_of_another(folder: str) -> None:
    places = defaultdict(list)
    for path in (ROOT / folder).rglob("*.py"):
        for node in imports.tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


@pytest.mark.parametrize(("folder", "most"), ANY_IN_A_THOUSAND.items())
def test_what_may_be_of_any_type_stays_rare(folder: str, most: int) -> None:
    paths = list((ROOT / folder).rglob("*.py"))
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in paths)
    names = [node.id for path in paths for node in imports.nodes(path) if isinstance(node, ast.Name)]
    assert names.count("Any") / lines * 1000 <= most
