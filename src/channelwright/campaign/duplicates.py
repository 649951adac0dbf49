"""Removing what is there twice: only what is younger, made by the same job, and empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.campaign.campaigns import is_kept
from channelwright.logs import log

if TYPE_CHECKING:
    from channelwright.campaign.campaign_state import Found
    from channelwright.campaign.create import Maker
    from channelwright.discord.server import Channel, Server


def clear(maker: Maker, server: Server, there: Found) -> None:
    """Remove twin channels, then twin categories that two looks in a row showed empty, then twin roles."""
    maker.made.left = []
    for twin in there.twin_channels:
        _channel(maker, server, twin)
    for category in there.categories[1:]:
        _category(maker, server, category)
    if len(there.categories) == 1:
        for role in there.roles[1:]:
            _remove(maker, f"/guilds/{server.id}/roles/{role.id}")


def _channel(maker: Maker, server: Server, twin: Channel) -> None:
    if twin.is_empty and maker.claim.covers(twin) and is_kept(server, twin):
        _remove(maker, f"/channels/{twin.id}")
    else:
        maker.made.left.append(twin)


def _category(maker: Maker, server: Server, category: Channel) -> None:
    children = server.children(category)
    for child in children:
        if any(slot.fits(child) for slot in maker.plan.slots):
            _channel(maker, server, child)
        else:
            maker.made.left.append(child)
    if children:
        maker.seen_empty.discard(category.id)
    elif category.id in maker.seen_empty:
        _remove(maker, f"/channels/{category.id}")
    else:
        maker.seen_empty.add(category.id)
        maker.changes += 1  # so that it is looked at once more


def _remove(maker: Maker, path: str) -> None:
    log("WARNING", "removed a twin", path=path)
    maker.changes += 1
    maker.discord.delete(path)
