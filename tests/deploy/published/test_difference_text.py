from __future__ import annotations

import io

from deploy.console import Console
from deploy.published import contents
from deploy.published.difference import Difference, difference
from deploy.published.difference_text import markdown, show
from tests.deploy.published.layers import PYTHON_311, PYTHON_312, TIMESTAMP, UNCHECKED, ours, package


def compared(before: bytes, after: bytes) -> Difference:
    return difference(contents.read(before, "before"), contents.read(after, "after"))


def changed() -> Difference:
    before = ours(
        [package("gone"), package("up", "1.9", license="MIT")],
        {"gone/x.py": "1" * 1500, "up/x.pyc": PYTHON_311 + UNCHECKED, "up/x.py": ""},
    )
    after = ours(
        [package("new_|one"), package("up", "1.10", license="GPL-3.0-only")],
        {"new_|one/__init__.py": "12", "up/x.pyc": PYTHON_312 + TIMESTAMP, "up/x.py": ""},
    )
    return compared(before, after)


def shown(found: Difference, *, files: bool = False) -> list[list[str]]:
    stream = io.StringIO()
    show(found, Console(stream), files=files)
    return [line.split() for line in stream.getvalue().splitlines()]


def test_a_terminal_gets_tables_with_the_growth_of_each_package() -> None:
    rows = shown(changed())
    assert ["gone", "1", "-1.5", "kB", "removed"] in rows
    assert ["up", "1.9", "1.10", "8", "B", "upgraded", "(license", "too)"] in rows
    assert ["new_|one:", "new,", "MIT"] in rows
    assert ["up:", "MIT", "->", "GPL-3.0-only"] in rows
    assert ["bytecode:", "unchecked-hash,", "Python", "3.11", "->", "timestamp,", "Python", "3.12"] in rows
    assert rows[-1] == ["files:", "1", "added,", "1", "removed,", "2", "changed"]


def test_the_files_are_named_where_they_are_wanted() -> None:
    assert shown(changed(), files=True)[-4:] == [
        ["+", "python/new_|one/__init__.py"],
        ["-", "python/gone/x.py"],
        ["!", "channelwright/l.json"],
        ["!", "python/up/x.pyc"],
    ]


def test_markdown_keeps_what_it_would_take_for_its_own() -> None:
    lines = markdown(changed(), "l:1 → l:2").splitlines()
    assert lines[0] == "### l:1 → l:2"
    assert any(line.startswith("| new\\_\\|one |  | 1 | 2 B |") for line in lines)
    assert "- up: MIT -\\> GPL-3.0-only" in lines
    assert lines.count("```diff") == lines.count("```") == 1


def test_markdown_of_many_files_says_how_many_it_leaves_out() -> None:
    after = ours([package("a")], {f"a/{number:03}.py": "" for number in range(70)})
    lines = markdown(compared(ours([package("a")], {}), after), "a").splitlines()
    assert sum(line.startswith("+ ") for line in lines) == 50
    assert "# and 20 more" in lines


def test_the_same_bytes_are_said_to_be() -> None:
    layer = ours([package("a")], {})
    assert shown(compared(layer, layer))[0][:3] == ["the", "same", "bytes:"]
    assert "The same bytes" in markdown(compared(layer, layer), "l:1 → l:1")
