"""Tables as a terminal shows them: what rich measures is the oracle of widths."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deploy.console import NARROWEST, Console
from deploy.terminal.table import fitted

STATUS = ["function", "alias", "version", "release", "code sha256", "layers", "last update"]
ROW = [
    "discord_channelwright_worker-prod",
    "live",
    "12 (50%)",
    "349bb1e97e87",
    "0123456789ab",
    "a-layer:3, b:12",
    "Successful",
]
WORDS = st.lists(st.text("abcé漢-_.:/", min_size=1, max_size=20), min_size=1, max_size=5).map(" ".join)


def lines(width: int | None, rows: list[list[str]], columns: list[str] = STATUS) -> list[str]:
    return list(fitted(columns, rows, width).lines())


def test_without_a_limit_nothing_is_wrapped_or_left_out() -> None:
    assert len(lines(None, [ROW])) == 3


@pytest.mark.parametrize("width", [60, 72, 80, 98, 120])
def test_a_wide_table_fits_and_says_what_it_lacks(width: int) -> None:
    shown = lines(width, [ROW])
    assert max(map(cell_len, shown)) <= width
    kept = fitted(STATUS, [ROW], width)
    assert kept.columns[0] == "function"
    assert bool(kept.omitted) == (width < 106)
    assert all(name in " ".join(shown) for name in STATUS), "each is a column, or named as left out"


def test_wrapping_comes_before_leaving_out() -> None:
    made = fitted(["package", "why"], [["idna", "a reason of many words that takes more than one line"]], 30)
    assert made.omitted == ()
    assert len(list(made.lines())) == 5


@given(rows=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=4), width=st.integers(60, 120))
def test_no_word_is_broken_that_takes_less_than_a_third_and_no_line_too_long(rows: list[list[str]], width: int) -> None:
    made = fitted(["one", "two", "three"], rows, width)
    shown = list(made.lines())
    words = {word for line in shown for word in line.split()}
    short = [word for row in made.rows for cell in row for word in cell.split() if cell_len(word) <= width // 3]
    assert set(short) <= words
    longest = max(cell_len(word) for row in rows for word in row[0].split())
    assert max(map(cell_len, shown)) <= max(width, longest)


def test_numbers_stand_below_each_other() -> None:
    assert lines(60, [["a", "9 B"], ["b", "12 kB"]], ["what", "size"])[2:] == ["a       9 B", "b     12 kB"]


def test_the_environment_says_how_wide_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setenv("COLUMNS", "60")
    Console(stream).table(STATUS, [ROW])
    assert max(map(len, stream.getvalue().splitlines())) <= 60
    monkeypatch.setenv("COLUMNS", "20")
    assert Console(stream).width == NARROWEST
    monkeypatch.delenv("COLUMNS")
    assert Console(stream).width is None


def test_a_number_stays_with_its_unit() -> None:
    shown = lines(
        60,
        [["a-package-of-a-long-name", "1234.5678", "36.8 MB", "701 B", "of words and words and words"]],
        list("abcde"),
    )
    assert "36.8 MB" in shown[2]
    assert "701 B" in shown[2]


def test_one_name_that_is_longer_than_a_terminal_leaves_the_other_columns_and_their_words() -> None:
    name = "a-package-whose-name-goes-on-and-on-for-no-reason-that-anybody-remembers"
    made = fitted(["package", "version", "licence"], [[name, "1.0.0", "MIT"], ["idna", "3.10", "BSD"]], 60)
    assert made.omitted == ()
    shown = list(made.lines())
    assert max(map(len, shown)) <= 60
    assert "".join(line[: made.widths[0]].strip() for line in shown[2:-1]) == name


def test_an_arn_and_a_path_are_wrapped_behind_a_separator_before_they_are_left_out() -> None:
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders-take-dev:2"
    path = "python/pydantic_core/_core.cpython-311-x86_64.so"
    made = fitted(["goes", "what", "where"], [["stack", arn, "eu-central-1"], ["file", path, "x86_64"]], 60)
    assert made.omitted == ()
    shown = list(made.lines())
    assert max(map(len, shown)) <= 60
    whole = "".join(line[made.widths[0] + 2 :].split("  ")[0].strip() for line in shown[2:])
    assert whole == arn + path
