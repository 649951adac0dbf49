"""What comes from outside reaches a terminal as text, whatever it is."""

from __future__ import annotations

import ast
import doctest
import io
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deploy.command_line import refusals
from deploy.console import Console
from deploy.documents.writing import as_json
from deploy.errors import PipelineError
from deploy.terminal import characters, duration, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOY = Path(characters.__file__).parents[1]
SLY = "\x1b]0;title\x07\x1b[2J\x1b[31mred\r\x9b31m\u202egnp.exe\u2066"


@pytest.mark.parametrize("module", [characters, duration, markdown])
def test_the_examples_are_true(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type] # a module


@given(st.text())
def test_nothing_that_steers_is_left(text: str) -> None:
    shown = characters.plain(text)
    assert not [each for each in shown if each not in "\n\t" and unicodedata.category(each) in {"Cc", "Cf", "Cs"}]
    assert "\n" not in characters.in_one_line(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert characters.plain(text) == text or obeyed(text)


# What a runner takes as a command, as its own source reads a line: its white space is .NET's.
COMMANDS = ["add-mask", "add-path", "debug", "error", "group", "set-env", "set-output", "stop-commands", "warning"]
SPACE = "".join(each for each in map(chr, range(0x3001)) if each.isspace()).replace("\n", "")
ENDS = ["\n", "\r", "\r\n", "\x85", "\u2028"]
PIECES = ["::", ":", "##[", "#", "[", "]", "##vso[", "##teamcity[", *ENDS, *SPACE, *COMMANDS]


def obeyed(text: str) -> list[str]:
    """Return the lines that GitHub's runner would obey as commands, or another one that has its syntax."""
    lines = re.split(r"\r\n|[\r\n]", text)
    return [each for each in lines if each.lstrip(SPACE).startswith("::") or re.search(r"##\w*\[", each)]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3))).map("".join))
@example("::stop-commands::x\n  ::set-env name=PATH::/evil\n\u3000::add-mask::a")
@example("a ###[error]b ##[group]##vso[task.setvariable]##[error]")
def test_no_line_from_outside_is_a_command_to_a_runner(text: str) -> None:
    stream = io.StringIO()
    Console(stream).say(text)
    Console(stream).table(["", "::error::b"], [[text, text]])
    assert obeyed(stream.getvalue()) == []
    assert characters.plain(characters.plain(text)) == characters.plain(text)
    said = as_json({text: [text]})
    assert obeyed(said) == []
    assert json.loads(said) == {text: [text]}
    shown = characters.plain(markdown.literally(text))
    assert obeyed(shown) == []


def test_whatever_else_is_printed_goes_the_same_way() -> None:
    """By the sources of what prints in a run itself: text is made plain, and JSON is written by `as_json`."""
    ways = {"plain", "as_json", "plain_json"}
    own = {"code", "text"}  # scripts for a shell, and the project's template: whole documents of our own
    printed = [
        (path.name, ast.unparse(node.args[0]))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print" and node.args
        if not (isinstance(node.args[0], ast.Call) and ast.unparse(node.args[0].func) in ways)
        if not isinstance(node.args[0], ast.Constant)
    ]
    assert {what for _, what in printed} == own, printed


def sources() -> Iterator[Path]:
    """Yield the sources of the pipeline's own process: those that it does not hand to another one as programs."""
    rooms = ("commands", "command_line", "terminal", "documents", "bench", "container", "report", "scan", "share")
    yield from (path for room in rooms for path in (DEPLOY / room).rglob("*.py"))
    yield from DEPLOY.glob("*.py")


def test_a_table_a_line_and_an_error_are_all_shown_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    Console(stream).table(["package", "licence"], [[SLY, "MIT\nforged  line"]])
    Console(stream).say(SLY)
    refusals.tell(PipelineError.of(SLY, SLY, log=SLY), [])
    for shown in (stream.getvalue(), capsys.readouterr().err):
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert "\u202e" not in shown
        assert "red" in shown
    assert not [line for line in stream.getvalue().splitlines() if line.startswith("forged")]


def test_json_of_an_error_has_it_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusals.tell(PipelineError.of(SLY, "what"), ["show", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["faults"][0]["where"] == SLY
    assert said.out.isascii()
    assert sys.stdout is not None
