from __future__ import annotations

import doctest
import io

from deploy import console
from deploy.console import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_what_was_counted_is_one_line_at_the_end() -> None:
    stream = io.StringIO()
    with Console(stream).counted("open", 3) as advance:
        for _ in range(3):
            advance()
        assert stream.getvalue() == ""
    assert stream.getvalue().startswith("open: 3  0.")


def test_nothing_to_count_is_not_spoken_of() -> None:
    stream = io.StringIO()
    with Console(stream).counted("open", 0):
        pass
    assert stream.getvalue() == ""


def test_a_terminal_shows_how_many_of_how_many() -> None:
    stream = Terminal()
    with Console(stream).counted("open", 2) as advance:
        advance()
        advance()
    assert "2/2" in stream.getvalue()


def test_the_examples_are_true() -> None:
    assert doctest.testmod(console).failed == 0


def test_progress_is_plain_lines_without_a_terminal() -> None:
    stream = io.StringIO()
    with Console(stream).progress("looking") as say:
        say("one")
        say("two")
    assert stream.getvalue() == "one\ntwo\n"


def test_progress_is_one_line_that_is_gone_afterwards_in_a_terminal() -> None:
    stream = Terminal()
    with Console(stream).progress("looking") as say:
        say("one")
    shown = stream.getvalue()
    assert "looking …" in shown
    assert "\none\n" not in shown
