from __future__ import annotations

import pytest

from deploy.report.markup import Html, element, joined


def test_text_cannot_become_markup_in_an_element_or_an_attribute() -> None:
    made = element("p", "<b>&", element("i", "<"), title='"><script>')
    assert made == '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;<i>&lt;</i></p>'


def test_attributes_that_are_not_there_are_not_written() -> None:
    assert element("td", class_=None, hidden=True, open=False) == "<td hidden></td>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\nb", "a⟨U+000A⟩b"),
        ("\ud800", "⟨U+D800⟩"),
        ("ä →", "ä →"),
    ],
)
def test_what_would_be_invisible_or_turn_the_line_is_shown_by_its_code_point(value: str, shown: str) -> None:
    assert joined(value) == shown
    assert element("i", title=value) == f'<i title="{shown}"></i>'


def test_joined_markup_is_markup() -> None:
    assert isinstance(joined("a", Html("<br>")), Html)
