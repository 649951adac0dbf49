"""What is there already when a job comes: older namesakes, twins, and what others did in the meantime."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, is_gone, roles
from tests.bot.worker.test_creation_faults import killed
from tools.fake_discord import Overwrite, Permission
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab
    from tools.fake_discord import Channel, Interaction


def interrupted(lab: Lab, call: int) -> Interaction:
    """Let the first delivery die after so many channels, the category included."""
    lab.fake.faults.on("create_guild_channel", faults.running(killed, works=True), call=call)
    shown = lab.fake.gm.command("add-campaign", name=NAME)
    lab.deliver(lab.waiting[0])
    return shown


def twin(lab: Lab, channel: Channel, **changes: object) -> Channel:
    """Put a younger copy of a channel beside it."""
    copy = replace(channel, id=lab.fake.world.snowflakes.next(), **changes)  # type: ignore[arg-type]
    lab.fake.change(lambda guild: guild.with_channel(copy))
    return copy


def ids(lab: Lab) -> set[str]:
    return {each.id for each in lab.fake.channels}


def test_an_older_role_of_the_name_is_not_taken_so_that_its_holders_see_nothing(lab: Lab) -> None:
    lab.add()
    lab.fake.give_role(lab.fake.stranger, roles(lab)[0])
    for channel in [*lab.fake.children(NAME), categories(lab)[0]]:
        lab.fake.change(lambda guild: guild.without_channel(channel.id))  # noqa: B023 - called at once
    lab.add()
    assert len(roles(lab)) == 2
    assert not lab.fake.stranger.sees("general-discussion")


def test_every_channel_is_private_from_its_first_moment(lab: Lab) -> None:
    lab.add()
    asked = [each.asked for each in lab.fake.calls("create_guild_channel")]
    closed = {"id": lab.fake.guild_id, "type": 0, "allow": "0", "deny": "1024"}
    assert all(closed in each["permission_overwrites"] for each in asked)
    assert not lab.fake.calls("set_channel_permission_overwrite")


def test_a_younger_empty_twin_goes(lab: Lab) -> None:
    shown = interrupted(lab, 5)
    twin(lab, lab.fake.channel("session-recaps"))
    lab.work()
    assert is_as_planned(lab)
    assert "is ready" in lab.text(shown)
    assert_matrix(lab)


def test_a_twin_that_somebody_wrote_in_stays_and_is_named(lab: Lab) -> None:
    shown = interrupted(lab, 5)
    used = twin(lab, lab.fake.channel("session-recaps"), last_message_id="1")
    lab.work()
    assert used.id in ids(lab)
    assert f"I did not delete what may be in use: <#{used.id}>" in lab.text(shown)


def test_a_younger_twin_category_goes_with_its_empty_channels(lab: Lab) -> None:
    interrupted(lab, 5)
    category = twin(lab, categories(lab)[0])
    twin(lab, lab.fake.channel("session-recaps"), parent_id=category.id)
    lab.work()
    assert is_as_planned(lab)


def test_a_twin_category_that_a_second_look_shows_in_use_stays(lab: Lab) -> None:
    interrupted(lab, 5)
    category = twin(lab, categories(lab)[0])

    def use() -> None:
        twin(lab, lab.fake.channel("general"), parent_id=category.id)

    late = faults.running(use, works=False)
    lab.fake.faults.on("list_guild_channels", late, call=2)
    lab.work()
    assert category.id in ids(lab)
    assert len(lab.fake.children(category)) == 1


def test_a_repair_that_discord_took_and_lost_is_done_again(lab: Lab) -> None:
    lab.add()
    lab.fake.clock.advance(60)
    channel = lab.fake.channel("gm-notes")
    opened = Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, 0)
    others = tuple(each for each in channel.overwrites if each.id != opened.id)
    lab.fake.change(lambda guild: guild.with_channel(replace(channel, overwrites=(*others, opened))))
    lab.fake.faults.on("set_channel_permission_overwrite", faults.pretended())
    lab.do("campaign doctor", campaign=categories(lab)[0], repair=True)
    assert_matrix_hidden(lab)


def assert_matrix_hidden(lab: Lab) -> None:
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    assert not lab.fake.player.sees("gm-notes")


def test_a_voice_channel_that_nobody_may_join_can_still_be_deleted(lab: Lab) -> None:
    lab.add()
    channel = lab.fake.channel("campaign-main")
    locked = Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL | Permission.CONNECT)
    others = tuple(each for each in channel.overwrites if each.id != locked.id)
    lab.fake.change(lambda guild: guild.with_channel(replace(channel, overwrites=(*others, locked))))
    lab.press(lab.do("delete-campaign", campaign=categories(lab)[0]), "Delete 11 channels")
    assert is_gone(lab)


def test_what_a_lagging_list_still_shows_does_not_keep_the_role(lab: Lab) -> None:
    lab.fake.world.lag = 4
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=5)
    shown = lab.add()
    lab.fake.clock.advance(30)
    lab.fake.faults.on("delete_channel", faults.server_error(works=True))
    lab.press(shown, "Remove")
    assert is_gone(lab)


def test_the_doctor_deletes_no_channel_of_the_same_name(lab: Lab) -> None:
    lab.add()
    second = twin(lab, lab.fake.channel("safety"))
    lab.fake.change(lambda guild: guild.without_channel(lab.fake.channel("gm-notes").id))
    lab.fake.clock.advance(30)
    text = lab.text(lab.do("campaign doctor", campaign=categories(lab)[0], repair=True))
    assert "gm-notes" in [each.name for each in lab.fake.children(NAME)]
    assert second.id in ids(lab)
    assert f"<#{second.id}>" in text
