"""What people reported of other bots that make private channels, tried with this one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.by_hand import drop, spoil
from tests.bot.outcomes import NAME, assert_private, categories
from tools.fake_discord import Overwrite, Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab

HELPERS = int(Permission.VIEW_CHANNEL | Permission.MANAGE_MESSAGES)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("doctor", lambda _lab: {"repair": True}),
        ("archive", lambda _lab: {}),
        ("unarchive", lambda _lab: {}),
        ("add-gm", lambda lab: {"gm": lab.fake.player}),
        ("hand-over", lambda lab: {"to": lab.fake.player}),
        ("rename", lambda _lab: {"name": "Tomb"}),
    ],
)
def test_what_moderators_gave_to_others_in_a_category_stays_theirs(
    lab: Lab, line: str, options: Callable[[Lab], dict[str, Any]]
) -> None:
    """https://github.com/discord-tickets/bot/issues/56: the bot's overwrites took the place of the category's."""
    lab.add()
    where = categories(lab)[0]
    helpers = Overwrite(lab.fake.role("Game Masters").id, 0, HELPERS)
    for name in (NAME, *(each.name for each in lab.fake.children(where.id))):
        spoil(lab, name, helpers)
    drop(lab, "maps-and-visuals")
    lab.do(f"campaign {line}", campaign=where, **options(lab))
    left = [lab.fake.channel(where.id), *lab.fake.children(where.id)]
    assert [each.name for each in left if helpers not in each.overwrites and each.name != "maps-and-visuals"] == []


@pytest.mark.parametrize(
    "name", ["Campaign-Main", " campaign-main", "campaign-main\u00a0", "campaign-main\u200b", "Our Table"]
)
def test_a_voice_channel_whose_name_discord_or_somebody_changed_is_not_made_again(lab: Lab, name: str) -> None:
    """https://github.com/nwithan8/tauticord/issues/104 and 244: channels that existed were made once more."""
    lab.add()
    where = categories(lab)[0]
    renamed = replace(lab.fake.channel("campaign-main"), name=name)
    lab.fake.change(lambda guild: guild.with_channel(renamed))
    lab.fake.clock.advance(60)
    shown = lab.do("campaign doctor", campaign=where, repair=True)
    assert "nothing is wrong" in lab.text(shown)
    assert len(lab.fake.children(where.id)) == 11


def test_a_new_channel_is_as_private_as_its_category_from_its_first_moment(lab: Lab) -> None:
    """https://github.com/discord/discord-api-docs/issues/6573: what is set right after may be answered, and lost."""
    lab.add()
    drop(lab, "gm-notes")
    before = len(lab.fake.calls())
    lab.do("campaign doctor", campaign=categories(lab)[0], repair=True)
    made = [each for each in lab.fake.calls()[before:] if each.operation == "create_guild_channel"]
    assert [len(each.asked["permission_overwrites"]) for each in made] == [4]
    assert_private(lab)
