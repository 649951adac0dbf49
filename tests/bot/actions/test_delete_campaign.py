"""Deleting: what was shown and agreed to, nothing else, and all of it, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME, categories, is_as_planned, is_gone, roles, strays
from tests.bot.worker.test_creation_faults import PASSING, killed
from tools.fake_discord import Opening
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord import Channel, Interaction

BUTTON = "Delete 11 channels"


def asked(lab: Lab, within: object = None) -> Interaction:
    """Make a campaign and ask for its deletion."""
    lab.add()
    lab.fake.clock.advance(10)
    return lab.do("delete-campaign", campaign=categories(lab)[0], within=within)


def move_in(lab: Lab, which: str) -> Channel:
    """Let somebody drag a channel into the campaign."""
    channel = replace(lab.fake.channel(which), parent_id=categories(lab)[0].id)
    lab.fake.change(lambda guild: guild.with_channel(channel))
    return channel


def test_it_asks_first_and_lists_exactly_what_goes(lab: Lab) -> None:
    shown = asked(lab)
    text = lab.text(shown)
    for channel in lab.fake.children(categories(lab)[0].id):
        assert f"<#{channel.id}>" in text
    assert f"<@&{roles(lab)[0]}>" in text
    assert "<#" + lab.fake.channel("general").id not in text
    assert is_as_planned(lab)


def test_after_the_confirmation_all_of_it_is_gone_and_nothing_else(lab: Lab) -> None:
    before = lab.fake.guild
    shown = asked(lab)
    calls = len(lab.calls())
    pressed = lab.press(shown, BUTTON)
    assert is_gone(lab)
    assert lab.fake.guild.channels == before.channels
    assert lab.fake.guild.roles.keys() == before.roles.keys()
    assert lab.text(pressed) == "**Curse of Strahd** is deleted: 11 channels, category and role."
    made = [each for each in lab.calls(calls) if each != "update_original_webhook_message"]
    assert (
        len(made) == 3 + 4 + 11 + 2 + 2
    )  # look, the note, the asker and the beginning, channels, looks, role and category


def test_a_role_above_the_bots_keeps_its_category_so_that_it_can_be_deleted_later(lab: Lab) -> None:
    shown = asked(lab)
    role = lab.fake.role(f"{NAME} Members")
    lab.fake.change(lambda guild: guild.with_role(replace(role, position=50)))
    text = lab.text(lab.press(shown, BUTTON))
    assert f"<@&{role.id}>: my own role has to stand above it" in text
    assert categories(lab)
    lab.fake.change(lambda guild: guild.with_role(replace(role, position=1)))
    lab.press(lab.do("delete-campaign", campaign=categories(lab)[0]), "Delete 1 channels")
    assert is_gone(lab)


def test_cancelling_deletes_nothing(lab: Lab) -> None:
    assert "nothing was deleted" in lab.text(lab.press(asked(lab), "Keep it"))
    assert is_as_planned(lab)


@pytest.mark.parametrize("which", ["Voice Channels", "Text Channels"])
def test_a_category_that_is_not_ours_is_refused(lab: Lab, which: str) -> None:
    text = lab.text(lab.do("delete-campaign", campaign=lab.fake.channel(which)))
    assert "is not a campaign of mine" in text


def test_what_changed_since_the_question_is_asked_about_again(lab: Lab) -> None:
    shown = asked(lab)
    move_in(lab, "general-discussion")
    lab.fake.change(lambda guild: guild.without_channel(lab.fake.channel("safety").id))
    assert "has changed since you were asked" in lab.text(lab.press(shown, BUTTON))
    assert len(lab.fake.children(categories(lab)[0].id)) == 10


def test_a_channel_that_is_older_than_the_campaign_stays(lab: Lab) -> None:
    lab.add()
    rules = move_in(lab, "rules")
    shown = lab.do("delete-campaign", campaign=categories(lab)[0])
    assert f"<#{rules.id}> (rules) existed before the campaign" in lab.text(shown)
    lab.press(shown, BUTTON)
    assert not roles(lab)
    assert strays(lab) == ["rules"]


def test_a_channel_that_was_added_after_the_question_stays_with_its_category(lab: Lab) -> None:
    shown = asked(lab)
    pressed = lab.fake.gm.press(shown, BUTTON)
    first = next(each for each in lab.fake.children(categories(lab)[0].id))
    late = replace(first, id=lab.fake.world.snowflakes.next(), name="late")
    lab.fake.faults.on(
        "delete_channel", faults.running(lambda: lab.fake.change(lambda g: g.with_channel(late)), works=False)
    )
    lab.work()
    assert [each.name for each in lab.fake.children(categories(lab)[0].id)] == ["gm-notes", "late"]
    assert "added after you were asked" in lab.text(pressed)
    assert roles(lab)


def test_a_channel_that_was_added_stays_in_a_second_delivery_too(lab: Lab) -> None:
    shown = asked(lab)
    lab.fake.gm.press(shown, BUTTON)
    lab.fake.faults.on("delete_channel", faults.running(killed, works=True), call=3)
    lab.deliver(lab.waiting[0])
    late = replace(lab.fake.channel("safety"), id=lab.fake.world.snowflakes.next(), name="late")
    lab.fake.change(lambda guild: guild.with_channel(late))
    lab.work()
    assert [each.name for each in lab.fake.children(categories(lab)[0].id)] == ["gm-notes", "late"]


def test_what_discord_protects_is_skipped_and_named(start: Start) -> None:
    lab = start(Opening(community=True))
    shown = asked(lab)
    safety = lab.fake.channel("safety").id
    lab.fake.change(lambda guild: replace(guild, rules_channel_id=safety))
    text = lab.text(lab.press(shown, BUTTON))
    assert f"<#{safety}> (safety): Discord keeps it" in text
    assert [each.name for each in lab.fake.children(categories(lab)[0].id)] == ["gm-notes", "safety"]
    assert roles(lab)


def test_it_is_safe_inside_the_campaign(lab: Lab) -> None:
    lab.add()
    shown = lab.do("delete-campaign", campaign=categories(lab)[0], within="general-discussion")
    lab.fake.gm.press(shown, BUTTON)
    here = lab.fake.channel("general-discussion").id
    lab.work()
    assert is_gone(lab)
    deleted = [each.path for each in lab.fake.calls("delete_channel")]
    assert deleted[-3].endswith(here)
    assert not lab.dead


CALLS = 24


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", [*PASSING, "404"])
@pytest.mark.parametrize("lag", [0, 4])
def test_whatever_happens_to_any_call_the_campaign_is_gone(start: Start, fault: str, lag: float, every: Every) -> None:
    """A 404 that is not true leaves what it was about, and says so."""
    for call in every(range(1, CALLS + 1)):
        lab = start()
        shown = asked(lab)
        lab.fake.world.lag = lag
        what = faults.refused(10003) if fault == "404" else PASSING[fault]()
        pressed = lab.fake.gm.press(shown, BUTTON)
        lab.fake.faults.on("*", what, call=call)
        lab.work()
        where = (call, lab.fake.faults.happened, lab.text(pressed))
        assert lab.fake.faults.happened, where
        assert not lab.dead, where
        assert not strays(lab), where
        assert is_gone(lab) or "could not be deleted" in lab.text(pressed) or fault == "404", where


def test_a_refusal_at_any_call_is_told_and_the_rest_can_be_deleted_later(start: Start, every: Every) -> None:
    for call in every(range(1, CALLS + 1)):
        lab = start()
        shown = asked(lab)
        pressed = lab.fake.gm.press(shown, BUTTON)
        lab.fake.faults.on("*", faults.refused(50013), call=call)
        lab.work()
        where = (call, lab.fake.faults.happened, lab.text(pressed))
        assert not lab.dead, where
        if roles(lab) and not categories(lab):  # nothing but the role is left, and it is named
            assert f"<@&{roles(lab)[0]}>" in lab.text(pressed), where
            continue
        if not is_gone(lab):
            again = lab.do("delete-campaign", campaign=categories(lab)[0])
            lab.press(again, next(each["label"] for each in lab.fake.message_of(again).buttons))  # type: ignore[union-attr]
        assert is_gone(lab), where


def test_a_category_that_is_only_out_of_sight_keeps_its_role(lab: Lab) -> None:
    shown = asked(lab)
    for channel in [categories(lab)[0], *lab.fake.children(categories(lab)[0].id)]:
        spoil(lab, channel.id, without=lab.fake.bot.id)
    assert "I deleted nothing" in lab.text(lab.press(shown, BUTTON))
    assert roles(lab)


def test_a_campaign_that_is_gone_already_is_said_to_be(lab: Lab) -> None:
    shown = asked(lab)
    category = categories(lab)[0].id
    for child in [*(each.id for each in lab.fake.children(category)), category]:
        lab.fake.change(lambda guild: guild.without_channel(child))  # noqa: B023 - called at once
    assert "is deleted" in lab.text(lab.press(shown, BUTTON))
    assert is_gone(lab)


def test_somebody_else_cannot_press_the_button(lab: Lab) -> None:
    shown = asked(lab)
    message = lab.fake.message_of(shown)
    assert message is not None
    lab.fake.world.messages[message.id] = replace(message, only_for=None, flags=0)
    pressed = lab.press(shown, BUTTON, lab.fake.stranger)
    assert "This button is for" in lab.text(pressed)
    assert is_as_planned(lab)


def test_it_says_how_many_are_left(lab: Lab) -> None:
    lab.press(asked(lab), BUTTON)
    texts = [each.asked["content"] for each in lab.fake.calls("update_original_webhook_message")]
    left = [int(text.split(": ")[1].split()[0]) for text in texts if text.startswith(f"Deleting **{NAME}**: ")]
    assert left == sorted(left, reverse=True)
    assert left


def test_what_is_left_of_a_category_that_somebody_deleted_meanwhile_stays_in_reach(lab: Lab) -> None:
    where = campaign(lab)
    shown = lab.do("delete-campaign", campaign=lab.fake.channel(where))
    drop(lab, where)
    before = lab.fake.guild
    assert "put the campaign together again" in lab.text(lab.press(shown, "Delete 11 channels"))
    assert lab.fake.guild == before
