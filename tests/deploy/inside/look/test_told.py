"""What an exception says, as a verdict shows it: in one line, and with what people look for."""

from __future__ import annotations

import pytest

from deploy.inside.look.raised import told

# As psycopg raises it where none of its three ways works, and as NumPy does where its core is not to be had.
ATTEMPTS = """no pq wrapper available.
Attempts made:
- couldn't import psycopg 'c' implementation: No module named 'psycopg_c'
- couldn't import psycopg 'python' implementation: libpq library not found"""
ADVICE = "\n\nIMPORTANT: PLEASE READ THIS\n\nWe have compiled some common reasons.\nOriginal error was: no core\n"


class Twice(Exception):  # noqa: N818 - named as packages do
    def __str__(self) -> str:
        raise ValueError(self.args)


def noted() -> Exception:
    error = ValueError("one")
    error.add_note("while reading\nthe table")
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no luck"), "ValueError: no luck"),
        (ValueError("one\ntwo"), "ValueError: one two"),
        (ImportError(ATTEMPTS), f"ImportError: no pq wrapper available. … {ATTEMPTS.splitlines()[-1]}"),
        (ImportError(ADVICE), "ImportError: IMPORTANT: PLEASE READ THIS … Original error was: no core"),
        (noted(), "ValueError: one … the table"),
        (SystemExit(3), "SystemExit: 3"),
        (ValueError(), "ValueError"),
        (ValueError("\n"), "ValueError:"),
        (Twice("text"), "tests.deploy.inside.look.test_told.Twice: <exception str() failed>"),
        (ValueError("x" * 2000), f"ValueError: {'x' * 488}"),
    ],
)
def test_several_lines_are_told_by_the_first_and_the_last(error: Exception, text: str) -> None:
    assert told(error) == text


def test_of_a_syntax_error_its_own_words_are_told_and_not_its_place() -> None:
    with pytest.raises(SyntaxError) as caught:
        compile("x = 1\nprint 'two'\n", "/opt/python/old.py", "exec")
    assert told(caught.value).startswith("SyntaxError: Missing parentheses in call to 'print'")
