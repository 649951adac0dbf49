"""What people do in a server without the bot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bot.outcomes import categories

if TYPE_CHECKING:
    from tests.bot.lab import Lab
    from tools.fake_discord import Overwrite


def campaign(lab: Lab) -> str:
    """Make one, long enough ago for every list to show it."""
    lab.add()
    lab.fake.clock.advance(60)
    return categories(lab)[0].id


def drop(lab: Lab, which: str) -> None:
    """Delete a channel by hand."""
    lab.fake.change(lambda guild: guild.without_channel(lab.fake.channel(which).id))


def spoil(lab: Lab, which: str, *overwrites: Overwrite, without: str = "") -> None:
    """Change a channel's overwrites by hand."""
    channel = lab.fake.channel(which)
    kept = [each for each in channel.overwrites if each.id not in {without, *(new.id for new in overwrites)}]
    changed = replace(channel, overwrites=(*kept, *overwrites))
    lab.fake.change(lambda guild: guild.with_channel(changed))
