"""What is shown of a long step, while it takes its time."""

from __future__ import annotations

import io
import re
import threading

from deploy.console import Console
from deploy.terminal import waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_a_line_tells_now_and_then_that_it_goes_on() -> None:
    said: list[str] = []
    twice = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            twice.set()

    with waiting.now_and_then(say, "build deps", every=0.01):
        assert twice.wait(30)
    assert re.fullmatch(r"build deps …  \d+\.\d s", said[0])


def test_a_short_step_is_one_line_without_a_terminal() -> None:
    stream = io.StringIO()
    with Console(stream).step("build deps"):
        pass
    assert re.fullmatch(r"build deps  \d+\.\d s\n", stream.getvalue())


def test_a_terminal_shows_the_time_that_it_takes_and_then_a_line_that_stays() -> None:
    stream = Terminal()
    with Console(stream).step("build [bold]deps\x1b[2J"):
        pass
    shown = stream.getvalue()
    assert "build [bold]deps\\x1b[2J …" in shown
    assert re.search(r"\d:\d\d:\d\d", shown)
    assert shown.splitlines()[-1].partition("\x1b[2K")[2].startswith("build [bold]deps\\x1b[2J  ")
