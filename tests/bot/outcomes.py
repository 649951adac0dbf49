"""What a campaign must be in the end, whatever happened on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.campaign.plan import Slot
from channelwright.discord.server import key
from tools.fake_discord import CATEGORY, Sight

if TYPE_CHECKING:
    from tests.bot.lab import Lab
    from tools.fake_discord import Channel

NAME = "Curse of Strahd"


def categories(lab: Lab, name: str = NAME) -> list[Channel]:
    return [each for each in lab.fake.channels if each.type == CATEGORY and key(each.name, 4) == key(name, 4)]


def roles(lab: Lab, name: str = NAME) -> list[str]:
    return [role.id for role in lab.fake.roles if role.name == f"{name} Members"]


def is_as_planned(lab: Lab, name: str = NAME, template: str = "default") -> bool:
    """One role, one category, and in it exactly the planned channels; nothing of the campaign anywhere else."""
    if len(roles(lab, name)) != 1 or len(categories(lab, name)) != 1:
        return False
    there = sorted((each.name, each.type) for each in lab.fake.children(categories(lab, name)[0].id))
    planned = sorted((slot.channel.name, slot.type) for slot in map(Slot, lab.channels[template]))
    return there == planned and not strays(lab)


SIGHTS = {"write": Sight.WRITES, "read": Sight.READS, "none": Sight.HIDDEN}


def strays(lab: Lab) -> list[str]:
    """Return channels that lost their category; at the start every channel has one."""
    return [each.name for each in lab.fake.channels if each.parent_id is None and each.type != CATEGORY]


def is_gone(lab: Lab, name: str = NAME) -> bool:
    return not roles(lab, name) and not categories(lab, name) and not strays(lab)


def assert_private(lab: Lab, name: str = NAME, template: str = "default") -> None:
    """Nobody sees, or ever saw, what they must not; and those who must see everything do."""
    campaign = {where for where in lab.fake.ever_seen_by(lab.fake.owner) if where.startswith(name)}
    assert campaign
    assert not campaign & lab.fake.ever_seen_by(lab.fake.stranger)
    hidden = {f"{name}/{each.name}" for each in lab.channels[template] if each.gm_only}
    assert not hidden & lab.fake.ever_seen_by(lab.fake.player)
    assert campaign <= lab.fake.ever_seen_by(lab.fake.bot)


def assert_matrix(lab: Lab, name: str = NAME, template: str = "default") -> None:
    """Hold the whole table of members and channels against the template, with the player in the campaign."""
    lab.fake.give_role(lab.fake.player, roles(lab, name)[0])
    matrix = lab.fake.matrix()
    for each in lab.channels[template]:
        row = matrix[f"{name}/{each.name}"]
        assert row["stranger"] is Sight.HIDDEN, each
        assert row["player"] is SIGHTS[each.players], each
        assert row["gm"] is row["admin"] is row["owner"] is row["Channelwright"] is Sight.WRITES, each
    assert_private(lab, name, template)
