"""What somebody is told of a category that they do not see: a client can name any channel of which it has the id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME
from tools.fake_discord import CATEGORY, TEXT, Channel, Overwrite, Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab

LINES: dict[str, Callable[[Lab], dict[str, Any]]] = {
    "add-player": lambda lab: {"player": lab.fake.stranger},
    "remove-player": lambda lab: {"player": lab.fake.stranger},
    "archive": lambda _lab: {},
    "unarchive": lambda _lab: {},
    "doctor": lambda _lab: {"repair": True},
    "rename": lambda _lab: {"name": "Mine"},
    "add-gm": lambda lab: {"gm": lab.fake.stranger},
    "remove-gm": lambda lab: {"gm": lab.fake.stranger},
    "hand-over": lambda lab: {"to": lab.fake.stranger},
    "invite": lambda _lab: {},
    "session": lambda _lab: {"when": "2099-01-01 19:30"},
    "sessions": lambda _lab: {},
}
SECRET = "Layoffs"


def of_a_campaign(lab: Lab) -> Channel:
    return lab.fake.channel(campaign(lab))


def of_one_without_a_note(lab: Lab) -> Channel:
    where = campaign(lab)
    drop(lab, "gm-notes")
    return lab.fake.channel(where)


def of_the_staff(lab: Lab) -> Channel:
    closed = (
        Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL),
        Overwrite(lab.fake.bot.id, 1, Permission.VIEW_CHANNEL),
    )
    category = Channel(lab.fake.world.snowflakes.next(), CATEGORY, SECRET, 9, None, None, closed)
    inside = Channel(lab.fake.world.snowflakes.next(), TEXT, "plans", 9, category.id, None, closed)
    for each in (category, inside):
        lab.fake.change(lambda guild: guild.with_channel(each))  # noqa: B023 - called at once
    lab.fake.clock.advance(60)
    return category


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("where", [of_a_campaign, of_one_without_a_note, of_the_staff])
def test_whoever_does_not_see_it_is_not_told_its_name(lab: Lab, where: Callable[[Lab], Channel], line: str) -> None:
    hidden, before = where(lab), lab.fake.guild
    shown = lab.do(f"campaign {line}", who=lab.fake.stranger, campaign=hidden, **LINES[line](lab))
    text = lab.text(shown)
    assert "I changed nothing" in text
    assert hidden.name not in text
    assert hidden.id not in text
    assert lab.fake.guild == before


def test_whoever_sees_one_channel_of_it_or_looks_after_the_server_is_told_its_name(lab: Lab) -> None:
    where = of_a_campaign(lab)
    looking = Overwrite(lab.fake.stranger.id, 1, Permission.VIEW_CHANNEL)
    spoil(lab, "safety", looking)
    assert f"**{NAME}** is run by" in lab.text(lab.do("campaign archive", who=lab.fake.stranger, campaign=where))
    staff = of_the_staff(lab)
    assert f"({SECRET}) is not a campaign of mine" in lab.text(lab.do("campaign archive", campaign=staff))


def test_a_channel_that_is_no_category_is_not_named_either(lab: Lab) -> None:
    closed = Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL)
    spoil(lab, "moderator-only", closed, Overwrite(lab.fake.bot.id, 1, Permission.VIEW_CHANNEL))
    shown = lab.fake.stranger.command("campaign archive", campaign=lab.fake.channel(of_the_staff(lab).id))
    hidden = lab.fake.channel("moderator-only")
    body = lab.waiting[0].body.replace(lab.fake.channel(SECRET).id, hidden.id)
    lab.waiting[0] = replace(lab.waiting[0], body=body)
    lab.work()
    assert "I changed nothing" in lab.text(shown)
    assert hidden.name not in lab.text(shown)
