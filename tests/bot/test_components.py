from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.components import KINDS, MAX_CUSTOM_ID, Button, Style, UnknownButtonError, row

ids = st.integers(0, 2**64 - 1).map(str)
words = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=20)
options = st.fixed_dictionaries(
    {},
    optional={"campaign": ids, "role": ids, "since": ids, "gm": ids, "template": words, "repair": st.just(value=True)},
)
buttons = st.builds(Button, st.sampled_from(list(KINDS.values())), ids, st.integers(0, 2**40 - 1), options)


@given(buttons)
def test_a_button_comes_back_as_it_was_whatever_it_is_about(button: Button) -> None:
    assert len(button.custom_id) <= MAX_CUSTOM_ID
    assert Button.read(button.custom_id) == button


def test_a_button_that_is_full_is_refused_where_it_is_made() -> None:
    full: dict[str, Any] = dict.fromkeys(("campaign", "role", "since", "gm"), "1") | {"template": "t" * 20}
    assert len(Button("campaign.resume", "1", 1, full).custom_id) == 97
    with pytest.raises(
        ValueError, match=r"no button can hold campaign\.resume with campaign, role, since, gm, template"
    ):
        _ = Button("campaign.resume", "1", 1, full | {"plan": "p" * 20}).custom_id


@pytest.mark.parametrize(
    ("kind", "user", "options"),
    [
        ("campaign.explode", "1", {}),
        ("campaign.resume", "nobody", {}),
        ("campaign.resume", str(2**64), {}),
        ("campaign.resume", "-1", {}),
        ("campaign.resume", "1", {"template": "a:b"}),
        ("campaign.resume", "1", {"template": ""}),
        ("campaign.resume", "1", {"template": "x" * 21}),
        ("campaign.resume", "1", {"campaign": "Strahd"}),
    ],
)
def test_what_no_button_can_hold_is_refused_where_it_is_made(kind: str, user: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"number|word|hold|invalid literal"):
        _ = Button(kind, user, 1, options).custom_id


@given(st.one_of(st.text(), st.text(alphabet=":1cxrmdtpfsgAB_-=", max_size=60)))
def test_any_other_custom_id_is_unknown(text: str) -> None:
    try:
        read = Button.read(text)
    except UnknownButtonError:
        return
    assert Button.read(read.custom_id) == read


GOOD = Button("campaign.resume", "7", 9, {"campaign": "8", "repair": True}).custom_id


@pytest.mark.parametrize(
    "wrong",
    [
        "2" + GOOD[1:],
        GOOD.replace(":r:", ":z:"),
        GOOD[:-1] + "z",
        GOOD + "x",
        GOOD + ":",
        GOOD.replace("c", "!", 1),
        "",
        "1:r",
        "1:r:7:9",
        "confirm_delete_Strahd",
    ],
)
def test_a_custom_id_of_another_version_or_maker_is_unknown(wrong: str) -> None:
    with pytest.raises(UnknownButtonError):
        Button.read(wrong)


def test_a_button_is_what_discord_takes() -> None:
    button = Button("delete-campaign.confirm", "7", 9, {"campaign": "8", "role": "9"})
    assert row(button.component("Delete", Style.DANGER)) == {
        "type": 1,
        "components": [{"type": 2, "style": 4, "label": "Delete", "custom_id": button.custom_id}],
    }
