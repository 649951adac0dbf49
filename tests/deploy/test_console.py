from __future__ import annotations

import io

from deploy.console import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
