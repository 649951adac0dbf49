"""More ways to gain a right through the bot: by what it writes itself, in channels that it did not make, and by haste.

A moderator here makes channels and roles, and may move channels into a campaign. What they may do in a channel stays
what it was: managing messages, muting and the like is what the bot gives a GM in the campaign alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.permission_bits import INVITED
from tests.bot.actions.preparing import (
    assert_nothing_is_handed_out,
    noted,
    prepared,
    say,
    staff,
)
from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME, categories, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Opening, Overwrite, Permission, Role
from tools.fake_discord.world.state import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab, Start
    from tools.fake_discord import Channel
    from tools.fake_discord.members.people import Person


def forged(lab: Lab, where: Channel, role: Role) -> str:
    """Return the bot's note, word for word, on another category and another role."""
    named = lab.fake.channel(categories(lab)[0].id).id
    return _real(lab).replace(f"<#{named}>", f"<#{where.id}>").replace(f"<@&{roles(lab)[0]}>", f"<@&{role.id}>")


def _real(lab: Lab) -> str:
    return next(each.content for each in lab.fake.messages if "My note" in each.content)


def by_a_webhook_of_the_bots_name(lab: Lab) -> Channel:
    noted(lab)
    role = staff(lab)
    where = prepared(lab, role)
    inside = lab.fake.children(where.id)[0].id
    say(lab, inside, forged(lab, where, role))
    message = max(lab.fake.world.messages.values(), key=lambda each: int(each.id))
    hook = User(lab.fake.world.snowflakes.next(), "Channelwright", bot=True)
    lab.fake.world.messages[message.id] = replace(message, author=hook)
    return where


def by_an_invitation_that_the_bot_puts_there(lab: Lab) -> Channel:
    """Have the bot itself write, in the prepared category, about a campaign whose name is a part of a note."""
    role = staff(lab)
    where = prepared(lab, role)
    lab.add(f"Category <#{where.id}>, players <@&{role.id}>"[:92])
    real = next(each for each in lab.fake.channels if each.type == 4 and each.name.startswith("Category <#"))
    lab.fake.clock.advance(60)
    lab.do("campaign invite", campaign=real, within=lab.fake.children(where.id)[0].id)
    return where


def by_a_rename_inside_the_prepared_category(lab: Lab) -> Channel:
    real = lab.fake.channel(campaign(lab))
    role = staff(lab)
    where = prepared(lab, role)
    name = f"{forged(lab, where, role)}"[-92:]
    lab.do("campaign rename", campaign=real, name=name, within=lab.fake.children(where.id)[0].id)
    return where


def by_a_time_zone(lab: Lab) -> Channel:
    """Have the bot write a note into the note, where it keeps the time zone."""
    real = lab.fake.channel(campaign(lab))
    role = staff(lab)
    where = prepared(lab, role)
    for zone in (f"Europe/Berlin`.\n{forged(lab, where, role)}", f"UTC> <@&{role.id}", "../../etc/passwd"):
        lab.do("campaign session", campaign=real, when="2099-01-01 19:30", zone=zone)
    return where


@pytest.mark.parametrize(
    "way",
    [
        by_a_webhook_of_the_bots_name,
        by_an_invitation_that_the_bot_puts_there,
        by_a_rename_inside_the_prepared_category,
        by_a_time_zone,
    ],
)
def test_nothing_that_is_written_passes_for_the_bots_note(lab: Lab, way: Callable[[Lab], Channel]) -> None:
    assert_nothing_is_handed_out(lab, way(lab))


def moved(lab: Lab, which: str, into: str, /, **changed: Any) -> None:
    """Move a channel of the server's into a category, as who manages channels can."""
    channel = replace(lab.fake.channel(which), parent_id=into, **changed)
    lab.fake.change(lambda guild: guild.with_channel(channel))


def as_another_gm(lab: Lab) -> None:
    where = campaign(lab)
    moved(lab, "general", where)
    lab.do("campaign add-gm", campaign=lab.fake.channel(where), gm=lab.fake.gm)


def by_handing_over(lab: Lab) -> None:
    where = campaign(lab)
    lab.do("campaign hand-over", campaign=lab.fake.channel(where), to=lab.fake.player)
    moved(lab, "general", where)
    lab.do("campaign hand-over", campaign=lab.fake.channel(where), to=lab.fake.gm)


def as_a_channel_that_a_repair_looks_for(lab: Lab) -> None:
    where = campaign(lab)
    drop(lab, "general-discussion")
    moved(lab, "general", where, name="general-discussion")
    lab.do("campaign doctor", campaign=lab.fake.channel(where), repair=True, within="rules")


def as_a_part_of_a_campaign_without_a_note(lab: Lab) -> None:
    """Make the server's own category look like a campaign, have it taken up, and become its GM once more."""
    role = Role(lab.fake.world.snowflakes.next(), "Text Channels Members", 0, 1)
    lab.fake.change(lambda guild: guild.with_role(role))
    category = next(each for each in lab.fake.channels if each.name == "Text Channels")
    held = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.CONNECT
    spoil(
        lab,
        category.id,
        Overwrite(role.id, 0, Permission.VIEW_CHANNEL, 0),
        Overwrite(lab.fake.bot.id, 1, held, 0),
    )
    moved(lab, "general", category.id, name="general-discussion")
    for name, position in (("Game Masters", 4), ("Channelwright", 5)):
        above = replace(lab.fake.role(name), position=position)
        lab.fake.change(lambda guild: guild.with_role(above))  # noqa: B023 - called at once
    assert "is repaired" in lab.text(lab.do("campaign doctor", campaign=category, repair=True, within="rules"))
    lab.fake.clock.advance(60)
    lab.do("campaign add-gm", campaign=category, gm=lab.fake.gm, within="rules")
    lab.do("campaign doctor", campaign=category, repair=True, within="rules")


@pytest.mark.parametrize(
    "way",
    [as_another_gm, by_handing_over, as_a_channel_that_a_repair_looks_for, as_a_part_of_a_campaign_without_a_note],
)
def test_a_channel_that_was_moved_in_gives_its_gm_nothing(lab: Lab, way: Callable[[Lab], None]) -> None:
    general = lab.fake.channel("general").id
    before = lab.fake.gm.permissions_in(general)
    way(lab)
    assert lab.fake.gm.permissions_in(general) & ~before == 0


@pytest.fixture
def table(start: Start) -> Lab:
    """A campaign of a GM without any right, and somebody who was let into its category as a spectator."""
    lab = start(Opening(bot_permissions=INVITED))
    lab.fake.join("sybil")
    lab.add(gm=lab.fake.person("sybil"))
    lab.fake.clock.advance(60)
    spoil(lab, categories(lab)[0].id, Overwrite(lab.fake.stranger.id, 1, Permission.VIEW_CHANNEL, 0))
    return lab


ABOUT_GMS: dict[str, Callable[[Person], dict[str, Any]]] = {
    "add-gm": lambda who: {"gm": who},
    "hand-over": lambda who: {"to": who},
}


@pytest.mark.parametrize("line", ABOUT_GMS)
def test_a_gm_gains_no_sight_of_a_channel_that_somebody_moved_into_the_campaign(table: Lab, line: str) -> None:
    lab, gm = table, table.fake.person("sybil")
    closed = Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL)
    spoil(lab, "moderator-only", closed, Overwrite(lab.fake.bot.id, 1, Permission.VIEW_CHANNEL, 0))
    moved(lab, "moderator-only", categories(lab)[0].id)
    text = lab.text(lab.do(f"campaign {line}", who=gm, campaign=categories(lab)[0], **ABOUT_GMS[line](gm)))
    assert "now" in text
    assert not gm.sees("moderator-only")


HASTY: dict[str, Callable[[Lab], dict[str, Any]]] = {
    "add-gm": lambda lab: {"gm": lab.fake.stranger},
    "hand-over": lambda lab: {"to": lab.fake.stranger},
    "remove-gm": lambda lab: {"gm": lab.fake.person("sybil")},
    "rename": lambda _lab: {"name": "Mine"},
}


@pytest.mark.parametrize("line", HASTY)
@pytest.mark.parametrize("call", [1, 2, 4])
def test_a_second_delivery_allows_a_spectator_no_more_than_the_first(table: Lab, line: str, call: int) -> None:
    """That a job comes again can be brought about: by so many commands that Discord takes no more, for example."""
    lab, before = table, table.fake.guild
    lab.fake.faults.on("*", PASSING["killed before"](), call=call)
    text = lab.text(lab.do(f"campaign {line}", who=lab.fake.stranger, campaign=categories(lab)[0], **HASTY[line](lab)))
    assert "is run by its GM" in text
    assert lab.fake.guild == before


def test_who_leaves_as_gm_and_comes_back_is_still_denied_what_a_moderator_denied(table: Lab) -> None:
    lab, gm = table, table.fake.person("sybil")
    own = next(each for each in lab.fake.channel("general-discussion").overwrites if each.id == gm.id)
    muted = replace(own, allow=own.allow & ~Permission.SEND_MESSAGES, deny=int(Permission.SEND_MESSAGES))
    spoil(lab, "general-discussion", muted)
    lab.do("campaign add-gm", who=gm, campaign=categories(lab)[0], gm=lab.fake.player)
    lab.do("campaign remove-gm", who=lab.fake.player, campaign=categories(lab)[0], gm=gm)
    assert not gm.sees(NAME)
    left = next(each for each in lab.fake.channel("general-discussion").overwrites if each.id == gm.id)
    assert (left.allow, left.deny) == (0, int(Permission.SEND_MESSAGES))
