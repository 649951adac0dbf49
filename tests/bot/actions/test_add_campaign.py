"""What one creation makes, says and asks of Discord."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.campaign.templates import PlannedChannel
from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, is_gone, roles
from tools.fake_discord import BOT_MINIMUM, CATEGORY, TEXT, VOICE, Opening, Overwrite, Permission
from tools.fake_discord import Channel as There
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start

NEEDED = BOT_MINIMUM | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY
LITTLE = Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS


def test_the_campaign_is_as_planned_and_private(lab: Lab) -> None:
    lab.add()
    assert is_as_planned(lab)
    assert_matrix(lab)


def test_the_role_gives_nothing_by_itself(lab: Lab) -> None:
    lab.add()
    assert lab.fake.role(f"{NAME} Members").permissions == 0


def test_topics_are_the_descriptions(lab: Lab) -> None:
    lab.add()
    for each in lab.channels["default"]:
        channel = lab.fake.channel(each.name)
        assert channel.topic == (None if channel.type == VOICE else each.description)


def test_another_gm_sees_what_the_invoker_does_not_get(start: Start) -> None:
    lab = start()
    other = lab.fake.join("sybil")
    lab.add(gm=other)
    assert f"GM: <@{other.id}>" in lab.text(lab.fake.interactions[-1])
    assert other.sees("gm-notes")
    assert not lab.fake.gm.sees("gm-notes")


@pytest.mark.parametrize("refusal", ["50024", "50035"])
def test_forums_become_text_where_there_are_none_and_the_summary_says_so(start: Start, refusal: str) -> None:
    lab = start(Opening(forums=refusal))
    text = lab.text(lab.add())
    forums = [each for each in lab.channels["default"] if each.type == "forum"]
    assert all(lab.fake.channel(each.name).type == TEXT for each in forums)
    assert "This server has no forum channels" in text
    assert_matrix(lab)
    refused = [each for each in lab.fake.calls("create_guild_channel") if each.status == 400]
    assert len(refused) == 1  # not asked again for each of them


def test_stages_become_voice_and_announcements_text(start: Start) -> None:
    channels = (PlannedChannel(name="news", type="announcement"), PlannedChannel(name="Hall", type="stage"))
    lab = start(channels={"default": channels})
    text = lab.text(lab.add())
    assert lab.fake.channel("news").type == TEXT
    assert lab.fake.channel("Hall").type == VOICE
    assert "no stage channels" in text


@pytest.mark.parametrize("bits", [NEEDED, Permission.ADMINISTRATOR])
def test_the_bot_hands_out_no_more_than_it_has(start: Start, bits: int) -> None:
    lab = start(Opening(bot_permissions=bits, everyone=LITTLE))
    lab.add()
    assert is_as_planned(lab)
    assert lab.fake.gm.sees("gm-notes")
    assert all(each.status < 400 for each in lab.fake.calls())


@pytest.mark.parametrize(
    ("lacks", "name"),
    [
        (Permission.MANAGE_CHANNELS, "Manage Channels"),
        (Permission.MANAGE_ROLES, "Manage Roles"),
        (Permission.CONNECT, "Connect"),
        (Permission.SEND_MESSAGES, "Send Messages"),
        (Permission.READ_MESSAGE_HISTORY, "Read Message History"),
    ],
)
def test_a_missing_permission_is_named_with_the_invitation_before_anything_is_made(
    start: Start, lacks: Permission, name: str
) -> None:
    lab = start(Opening(bot_permissions=NEEDED & ~lacks, everyone=LITTLE))
    text = lab.text(lab.add())
    assert f"I lack {name} in this server." in text
    assert "https://discord.com/oauth2/authorize?client_id=" in text
    assert "permissions=6773320484908368" in text
    assert is_gone(lab)


def test_a_full_server_is_noticed_before_anything_is_made(lab: Lab) -> None:
    fill(lab, 500 - 11)
    assert "Discord allows 500" in lab.text(lab.add())
    assert is_gone(lab)


def fill(lab: Lab, count: int, *, hidden: bool = False) -> None:
    """Fill the server up to so many channels; hidden ones the bot cannot count."""
    overwrites = (Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL),) if hidden else ()
    guild = lab.fake.guild
    for _ in range(count - len(guild.channels)):
        id_ = lab.fake.world.snowflakes.next()
        guild = guild.with_channel(There(id_, CATEGORY, f"c{id_}", overwrites=overwrites))
    lab.fake.change(lambda _: guild)


def test_a_server_that_turns_out_to_be_full_leaves_a_campaign_that_can_be_resumed_or_removed(lab: Lab) -> None:
    before = lab.fake.guild
    fill(lab, 495, hidden=True)
    shown = lab.add()
    text = lab.text(shown)
    assert "is not finished: 6 of 13 are there" in text
    assert "500 channels" in text
    lab.fake.change(
        lambda guild: replace(
            guild,
            channels={
                k: v for k, v in guild.channels.items() if v.name[0] != "c" or k in before.channels or v.parent_id
            },
        )
    )
    lab.fake.change(lambda guild: guild.with_channel(There("1", CATEGORY, "x")))
    lab.press(shown, "Resume")
    assert lab.fake.children(NAME)


def test_a_permission_that_is_taken_away_half_way_is_named(lab: Lab) -> None:
    less = BOT_MINIMUM & ~Permission.MANAGE_CHANNELS
    take = faults.running(lambda: lab.fake.set_role_permissions("Channelwright", less), works=True)
    lab.fake.faults.on("create_guild_channel", take, call=4)
    shown = lab.add()
    assert "I lack Manage Channels in this server." in lab.text(shown)
    lab.fake.set_role_permissions("Channelwright", BOT_MINIMUM)
    lab.press(shown, "Resume")
    assert is_as_planned(lab)


def test_remove_takes_back_what_was_begun(lab: Lab) -> None:
    before = lab.fake.guild
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=6)
    shown = lab.add()
    assert "is not finished: 6 of 13" in lab.text(shown)
    assert "gone" in lab.text(lab.press(shown, "Remove"))
    assert lab.fake.guild.channels == before.channels
    assert is_gone(lab)


def test_remove_leaves_what_somebody_wrote_in(lab: Lab) -> None:
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=6)
    shown = lab.add()
    used = replace(lab.fake.channel("session-recaps"), last_message_id="1")
    lab.fake.change(lambda guild: guild.with_channel(used))
    assert f"<#{used.id}>" in lab.text(lab.press(shown, "Remove"))
    assert [each.name for each in lab.fake.children(NAME)] == ["session-recaps"]
    assert roles(lab)


def test_names_are_taken_as_discord_keeps_them_and_ping_nobody(lab: Lab) -> None:
    lab.add("  @everyone   Ünïcödé  ")
    assert categories(lab, "@everyone Ünïcödé")
    assert not any(each.pinged.everyone for each in lab.fake.messages)


def test_a_template_is_chosen_by_name(start: Start) -> None:
    lab = start(channels={"default": (), "tiny": (PlannedChannel(name="table", type="text"),)})
    lab.add(template="tiny")
    assert is_as_planned(lab, template="tiny")
    assert "There is no template huge. There are: default and tiny." in lab.text(lab.add("Other", template="huge"))


def test_49_channels_fit(start: Start) -> None:
    channels = tuple(
        PlannedChannel(name=f"channel-{at}", type="text", players="none" if at % 7 == 0 else "write")
        for at in range(49)
    )
    lab = start(channels={"default": channels})
    text = lab.text(lab.add())
    assert is_as_planned(lab)
    assert len(text) <= 2000
    assert text.count("- <#") == 49
