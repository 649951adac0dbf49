"""What is wrong with a campaign, and that it is put right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.campaign import note
from channelwright.campaign.overwrites import KEEPING
from channelwright.permission_bits import INVITED
from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Opening, Overwrite, Permission, Sight
from tools.fake_discord.operations.messages import Message

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord import Interaction


def test_the_doctor_finds_nothing_wrong_with_a_new_campaign_and_shows_who_sees_what(lab: Lab) -> None:
    shown = lab.do("campaign doctor", campaign=lab.fake.channel(campaign(lab)))
    text = lab.text(shown)
    assert "nothing is wrong" in text
    assert "**Seen by players and the GM** (9)" in text
    assert "**Seen by the GM alone** (2)" in text
    assert not lab.fake.message_of(shown).buttons  # type: ignore[union-attr]


def repaired(lab: Lab, where: str, finding: str) -> str:
    """Let the doctor look, and press Repair."""
    before = lab.fake.guild
    shown = lab.do("campaign doctor", campaign=lab.fake.channel(where))
    assert finding in lab.text(shown)
    assert lab.fake.guild == before
    pressed = lab.press(shown, "Repair")
    text = lab.text(pressed)
    after = lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where)))
    assert "nothing is wrong" in after, (text, after)
    return text


def test_a_missing_channel_comes_back(lab: Lab) -> None:
    where = campaign(lab)
    lab.fake.change(lambda guild: guild.without_channel(lab.fake.channel("gm-notes").id))
    repaired(lab, where, "- gm-notes (text) is missing, or hidden from me.")
    assert is_as_planned(lab)
    assert_matrix(lab)


@pytest.mark.parametrize("channel", ["gm-notes", "safety", NAME])
def test_a_channel_that_everybody_sees_is_closed_again(lab: Lab, channel: str) -> None:
    where = campaign(lab)
    spoil(lab, channel, Overwrite(lab.fake.guild_id, 0, Permission.VIEW_CHANNEL, 0))
    assert "everybody" in lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where))) or channel == NAME
    repaired(lab, where, "are not the campaign's")
    row = lab.fake.matrix()[f"{NAME}/{channel}" if channel != NAME else NAME]
    assert row["stranger"] is Sight.HIDDEN
    assert row["gm"] is not Sight.HIDDEN


def test_players_are_kept_from_the_gms_channels_again(lab: Lab) -> None:
    where = campaign(lab)
    spoil(lab, "gm-notes", Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, 0))
    repaired(lab, where, "are not the campaign's")
    assert_matrix_now(lab)


def assert_matrix_now(lab: Lab) -> None:
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    for each in lab.channels["default"]:
        row = lab.fake.matrix()[f"{NAME}/{each.name}"]
        assert row["player"] is (Sight.HIDDEN if each.gm_only else Sight.WRITES), each
        assert row["gm"] is row["Channelwright"] is Sight.WRITES, each
        assert row["stranger"] is Sight.HIDDEN, each


@pytest.mark.parametrize("channel", ["gm-notes", "safety", NAME])
def test_a_gm_who_was_taken_out_comes_back(lab: Lab, channel: str) -> None:
    where = campaign(lab)
    spoil(lab, channel, without=lab.fake.gm.id)
    repaired(lab, where, "are not the campaign's")
    assert_matrix_now(lab)


def test_a_bot_that_lost_part_of_its_hold_takes_it_back(lab: Lab) -> None:
    where = campaign(lab)
    spoil(lab, "campaign-main", Overwrite(lab.fake.bot.id, 1, Permission.VIEW_CHANNEL | Permission.CONNECT, 0))
    repaired(lab, where, "I am shut out of")
    own = next(each for each in lab.fake.channel("campaign-main").overwrites if each.id == lab.fake.bot.id)
    assert own.allow & KEEPING == KEEPING


def test_a_bot_that_cannot_see_the_category_says_what_to_give_it(lab: Lab) -> None:
    where = campaign(lab)
    for channel in [lab.fake.channel(where), *lab.fake.children(where)]:
        spoil(lab, channel.id, without=lab.fake.bot.id)
    text = lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where)))
    assert "I cannot see this category" in text
    assert "View Channel, Manage Channels and Connect" in text


def test_a_role_that_was_deleted_is_made_anew(lab: Lab) -> None:
    where = campaign(lab)
    lab.fake.change(lambda guild: guild.without_role(roles(lab)[0]))
    assert "is repaired" in repaired(lab, where, "The players' role is gone")
    assert is_as_planned(lab)
    assert_matrix_now(lab)


def test_somebody_let_in_by_hand_is_shown_and_stays(lab: Lab) -> None:
    where = campaign(lab)
    spoil(lab, "safety", Overwrite(lab.fake.stranger.id, 1, Permission.VIEW_CHANNEL, 0))
    text = lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where)))
    assert f"**Seen by players, the GM and <@{lab.fake.stranger.id}>** (1)" in text
    assert "nothing is wrong" in text


def test_the_doctor_keeps_an_archive_an_archive(lab: Lab) -> None:
    where = campaign(lab)
    lab.do("campaign archive", campaign=lab.fake.channel(where))
    lab.fake.change(lambda guild: guild.without_channel(lab.fake.channel("safety").id))
    repaired(lab, where, "safety (text) is missing")
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.READS


def test_a_channel_of_the_servers_own_in_the_category_is_left_alone(lab: Lab) -> None:
    where = campaign(lab)
    rules = replace(lab.fake.channel("rules"), parent_id=where)
    lab.fake.change(lambda guild: guild.with_channel(rules))
    text = lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where)))
    assert "nothing is wrong" in text
    assert "**Seen by everybody in this server** (1)" in text


def test_what_fell_back_is_not_missing(start: Start) -> None:
    lab = start(Opening(forums="50024"))
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(campaign(lab))))


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_a_repair_is_whole(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 15)):
        lab = start()
        where = campaign(lab)
        drop(lab, "gm-notes")
        spoil(lab, "safety", without=roles(lab)[0])
        lab.fake.clock.advance(60)
        lab.fake.world.lag = 4
        shown = lab.fake.gm.command("campaign doctor", campaign=lab.fake.channel(where), repair=True)
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.work()
        assert is_as_planned(lab), (call, lab.text(shown))
        assert not lab.dead
        assert_matrix(lab)


def test_a_renamed_channel_is_the_campaigns_and_never_made_again(lab: Lab) -> None:
    where = campaign(lab)
    for name, new in (("safety", "lines-and-veils"), ("gm-planning", "secrets"), ("campaign-main", "The Table")):
        renamed = replace(lab.fake.channel(name), name=new)
        lab.fake.change(lambda guild: guild.with_channel(renamed))  # noqa: B023 - called at once
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=lab.fake.channel(where)))
    spoil(lab, "secrets", Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, 0))
    repaired(lab, where, "(secrets) are not the campaign's")
    assert len(lab.fake.children(where)) == 11
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    assert lab.fake.matrix()[f"{NAME}/secrets"]["player"] is Sight.HIDDEN
    assert lab.fake.matrix()[f"{NAME}/lines-and-veils"]["player"] is Sight.WRITES


def test_a_note_that_was_written_late_into_a_busy_channel_is_found_again(start: Start) -> None:
    """A campaign of an earlier version is taken up, and talked in before and after."""
    lab = start(Opening(bot_permissions=INVITED))
    campaign(lab)
    for each in [each for each in lab.fake.messages if each.content.startswith("**My note")]:
        del lab.fake.world.messages[each.id]
    _talk(lab, 120)
    assert "no note of mine" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0]))
    lab.do("campaign doctor", campaign=categories(lab)[0], repair=True, who=lab.fake.owner)
    _talk(lab, 120)
    lab.fake.clock.advance(60)
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0]))


def _talk(lab: Lab, count: int) -> None:
    """Let people write in every channel that takes messages, so that the note's is among them."""
    for channel in lab.fake.children(categories(lab)[0]):
        if channel.type in note.WRITABLE:
            for number in range(count):
                lab.fake.clock.advance(1)
                message = Message(
                    lab.fake.world.snowflakes.next(), channel.id, lab.fake.player.member.user, f"{number}"
                )
                lab.fake.world.messages[message.id] = message
                lab.fake.world.put_channel(replace(lab.fake.channel(channel.id), last_message_id=message.id))


def examine(lab: Lab) -> Interaction:
    return lab.do("campaign doctor", campaign=lab.fake.channel(categories(lab)[0].id))


WANT = "This is how I want it"


def test_what_the_gm_changed_on_purpose_is_kept_and_no_repair_undoes_it(lab: Lab) -> None:
    campaign(lab)
    spoil(lab, "safety", Overwrite(roles(lab)[0], 0, 0, Permission.VIEW_CHANNEL))
    drop(lab, "dice-rolls")
    lab.fake.clock.advance(60)
    text = lab.text(lab.press(examine(lab), WANT))
    assert "nothing is wrong" in text
    assert "Left as somebody wants them: " in text
    assert "(safety)" in text
    spoil(lab, "gm-notes", Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, 0))
    shown = examine(lab)
    assert "(gm-notes) are not the campaign's" in lab.text(shown)
    assert "safety) are not" not in lab.text(shown)
    lab.press(shown, "Repair")
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.HIDDEN
    assert lab.fake.matrix()[f"{NAME}/gm-notes"]["player"] is Sight.HIDDEN
    assert "dice-rolls" not in {each.name for each in lab.fake.channels}
    assert "nothing is wrong" in lab.text(examine(lab))


def test_what_strangers_would_see_cannot_be_kept_and_is_repaired_where_it_was_kept_before(lab: Lab) -> None:
    campaign(lab)
    everyone = Overwrite(lab.fake.guild.id, 0, Permission.VIEW_CHANNEL, 0)
    spoil(lab, "safety", everyone)
    assert WANT not in {each["label"] for each in lab.fake.message_of(examine(lab)).buttons}  # type: ignore[union-attr]
    spoil(lab, "safety", Overwrite(lab.fake.guild.id, 0, 0, Permission.VIEW_CHANNEL))
    spoil(lab, "safety", Overwrite(roles(lab)[0], 0, 0, Permission.VIEW_CHANNEL))
    lab.press(examine(lab), WANT)
    spoil(lab, "safety", everyone)
    lab.press(examine(lab), "Repair")
    assert lab.fake.matrix()[f"{NAME}/safety"]["stranger"] is Sight.HIDDEN
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.HIDDEN


def test_what_is_wanted_survives_whatever_happens_to_the_press(start: Start, every: Every) -> None:
    for fault in PASSING.values():
        for call in every(range(1, 16)):
            lab = start()
            campaign(lab)
            spoil(lab, "safety", Overwrite(roles(lab)[0], 0, 0, Permission.VIEW_CHANNEL))
            drop(lab, "dice-rolls")
            lab.fake.clock.advance(60)
            shown = examine(lab)
            lab.fake.faults.on("*", fault(), call=call)
            lab.press(shown, WANT)
            lab.fake.faults.clear()
            lab.fake.clock.advance(600)
            assert not lab.dead
            assert "nothing is wrong" in lab.text(examine(lab)), (lab.fake.faults.happened, call)
