from __future__ import annotations

from typing import Any

import pytest

from channelwright.endpoint.validation import DeclinedError, checked
from channelwright.jobs import MalformedError

ID = "1440000000000000007"
MEMBER: dict[str, Any] = {"users": {ID: {"username": "ada"}}, "members": {ID: {"roles": []}}}


JOINED = "\u0645\u06cc\u200c\u062e"
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Curse of Strahd", "Curse of Strahd"),
        ("  Curse\n of \t Strahd ", "Curse of Strahd"),
        (
            "Der Fluch \u2013 Teil 2 \U0001f9db\u200d\u2642\ufe0f",
            "Der Fluch \u2013 Teil 2 \U0001f9db\u200d\u2642\ufe0f",
        ),
        ("A\u200bB\u00ad\u2060", "AB"),
        ("A\u200dB", "AB"),
        (JOINED, JOINED),
        (FLAG, FLAG),
        ("x" * 92, "x" * 92),
        ("x" + " " * 200 + "y", "x y"),
    ],
)
def test_a_name_is_tidied_and_otherwise_kept(typed: str, kept: str) -> None:
    assert checked("add-campaign", {"name": typed, "preview": True}, None) == {"name": kept, "preview": True}


@pytest.mark.parametrize(
    "name", ["", "   ", "\n", "\u200b", "\u200b \u2060", "\x00", "\u3164", "\u2800 \u3164", "\u202e"]
)
def test_a_name_that_nobody_can_see_is_refused(name: str) -> None:
    with pytest.raises(DeclinedError, match="needs a name that one can see"):
        checked("add-campaign", {"name": name}, None)


@pytest.mark.parametrize(
    "sign", ["\x00", "\x1b", "\x7f", "\x9f", "\u202e", "\u2066", "\u200f", "\u3164", "\u2800", "\ufffa"]
)
def test_a_name_that_shows_other_text_than_it_holds_is_refused_with_what_is_in_it(sign: str) -> None:
    with pytest.raises(DeclinedError, match=f"U\\+{ord(sign):04X}"):
        checked("add-campaign", {"name": f"Curse {sign}of Strahd"}, None)


def test_a_name_for_whose_role_there_is_no_room_is_refused_with_the_numbers() -> None:
    with pytest.raises(DeclinedError, match="has 93 characters, and Discord has room for 92"):
        checked("add-campaign", {"name": "x" * 93}, None)


def test_text_that_cannot_be_sent_on_is_malformed() -> None:
    with pytest.raises(MalformedError):
        checked("add-campaign", {"name": "Strahd \ud800"}, None)


@pytest.mark.parametrize("option", ["gm", "player"])
def test_somebody_who_is_not_in_the_server_is_refused(option: str) -> None:
    with pytest.raises(DeclinedError, match=f"<@{ID}> is not in this server"):
        checked("campaign.add-player", {option: ID}, {"users": MEMBER["users"]})
    assert checked("campaign.add-player", {option: ID}, MEMBER) == {option: ID}


def test_a_gm_who_left_the_server_can_be_taken_out() -> None:
    assert checked("campaign.remove-gm", {"gm": ID}, {"users": MEMBER["users"]}) == {"gm": ID}


def test_a_bot_may_play_and_not_lead() -> None:
    bot = MEMBER | {"users": {ID: {"bot": True}}}
    assert checked("campaign.add-player", {"player": ID}, bot) == {"player": ID}
    with pytest.raises(DeclinedError, match="A bot cannot be the game master"):
        checked("campaign.add-player", {"gm": ID}, bot)


@pytest.mark.parametrize("resolved", [None, [], {}, {"users": None}, {"users": []}, {"users": {ID: []}}, "x"])
def test_what_discord_does_not_tell_refuses_nobody(resolved: object) -> None:
    assert checked("campaign.add-player", {"gm": ID}, resolved) == {"gm": ID}
