"""What does not fit into a message is left out and counted, at every length."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from channelwright.discord.text import MAX_CONTENT, fitted

LINES = st.lists(st.text(max_size=80).map(lambda text: text.replace("\n", " ")), max_size=60)


@given(LINES, st.integers(-5, 3000))
def test_a_text_ends_fits_and_counts_what_is_left_out(lines: list[str], most: int) -> None:
    text = fitted(lines, most)
    assert len(text) <= max(most, 0)
    whole = "\n".join(lines)
    if len(whole) <= most:
        assert text == whole
        return
    shown = text.split("\n")
    if counted := re.fullmatch("… and ([0-9]+) more", shown[-1]):
        assert shown[:-1] == lines[: len(shown) - 1]
        assert int(counted[1]) == len(lines) - (len(shown) - 1)
    else:
        assert whole.startswith(text[:-1])


def test_as_much_as_fits_is_shown() -> None:
    lines = [f"- line {number:03}" for number in range(500)]
    text = fitted(lines)
    assert len(text) <= MAX_CONTENT < len(text) + len("\n- line 000")


def test_a_single_line_that_is_too_long_is_cut() -> None:
    assert fitted(["x" * 5000], 10) == "x" * 9 + "…"
