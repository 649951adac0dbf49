from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from channelwright.endpoint.commands import TABLE
from tools.discord.application import invitation
from tools.discord.difference import lines
from tools.fake_discord import FakeDiscord

CHOICES = [{"name": "small", "value": "s"}, {"name": "large", "value": "l"}]
GREET: dict[str, Any] = {
    "name": "greet",
    "description": "Greet",
    "options": [
        {"type": 3, "name": "whom", "description": "Whom", "required": True},
        {"type": 3, "name": "size", "description": "How", "choices": CHOICES},
    ],
}


def changed(**change: Any) -> list[str]:
    return list(lines([GREET], [GREET | change]))


def test_a_table_is_the_same_after_discord_has_kept_it() -> None:
    fake = FakeDiscord()
    fake.register(*TABLE)
    kept = fake.world.commands[fake.guild_id]
    assert kept[0].keys() > TABLE[0].keys()
    assert list(lines(kept, TABLE)) == []


def test_what_goes_without_saying_is_no_difference() -> None:
    said = {
        **GREET,
        "type": 1,
        "nsfw": False,
        "name_localizations": None,
        "id": "1",
        "version": "2",
        "dm_permission": True,
    }
    assert list(lines([said], [GREET])) == []


def test_the_order_of_contexts_does_not_matter_and_that_of_options_does() -> None:
    assert list(lines([GREET | {"contexts": [0, 1]}], [GREET | {"contexts": [1, 0]}])) == []
    assert changed(options=GREET["options"][::-1]) == ["~ /greet options: in another order"]


def test_an_option_s_change_is_told_where_it_is() -> None:
    whom, size = GREET["options"]
    assert changed(options=[whom | {"required": False}, size]) == ["~ /greet options.whom.required: true → nothing"]
    assert changed(options=[whom, size | {"choices": CHOICES[:1]}]) == [
        '~ /greet options.size.choices.large: "large" → nothing'
    ]
    assert changed(options=[whom]) == ['~ /greet options.size: "How" → nothing']
    assert changed(options=[]) == ['~ /greet options.whom: "Whom" → nothing', '~ /greet options.size: "How" → nothing']


def test_false_is_not_zero_and_one_is_not_true() -> None:
    assert changed(nsfw=0) == ["~ /greet nsfw: nothing → 0"]
    assert changed(type=2) == ["+ greet: Greet", "- /greet"]


@given(st.lists(st.sampled_from([*TABLE, GREET]), unique_by=lambda each: each["name"]))
def test_only_the_same_table_has_no_differences(table: list[dict[str, Any]]) -> None:
    assert (list(lines(table, TABLE)) == []) == ({each["name"] for each in table} == {each["name"] for each in TABLE})


def test_an_invitation_asks_for_the_bot_its_commands_and_these_permissions() -> None:
    assert invitation("12", 2048) == (
        "https://discord.com/oauth2/authorize?client_id=12&scope=bot%20applications.commands&permissions=2048"
    )
