"""What comes from outside reaches a terminal as text, whatever it is."""

from __future__ import annotations

import doctest
import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.command_line import refusals
from deploy.console import Console
from deploy.errors import PipelineError
from deploy.terminal import characters, duration

SLY = "\x1b]0;title\x07\x1b[2J\x1b[31mred\r\x9b31m\u202egnp.exe\u2066"


@pytest.mark.parametrize("module", [characters, duration])
def test_the_examples_are_true(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type] # a module


@given(st.text())
def test_nothing_that_steers_is_left(text: str) -> None:
    shown = characters.plain(text)
    assert not [each for each in shown if each not in "\n\t" and unicodedata.category(each) in {"Cc", "Cf", "Cs"}]
    assert "\n" not in characters.in_one_line(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert characters.plain(text) == text


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
    import json

    assert refusals.tell(PipelineError.of(SLY, "what"), ["show", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["faults"][0]["where"] == SLY
    assert said.out.isascii()
    assert sys.stdout is not None
