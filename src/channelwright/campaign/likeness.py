"""A campaign of this server as the template of another: its channels as they are now, with all their settings.

There is no file of such a template. What was made from it is known by its note alone, which names its channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channelwright.campaign.campaign_state import is_inside
from channelwright.campaign.plan import Slot
from channelwright.campaign.template_rules import MAX_NAME, SPOKEN, TYPES
from channelwright.campaign.templates import PlannedChannel
from channelwright.permission_bits import SEND_MESSAGES, VIEW_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from channelwright.campaign.note import Note
    from channelwright.campaign.templates import Players
    from channelwright.discord import server
    from channelwright.discord.discord_api import Discord
    from channelwright.discord.server import Server

LIKE = "like-another"
KINDS = {number: kind for kind, number in TYPES.items()}


def copied(
    discord: Discord, server: Server, noted: Note, may_in: Callable[[server.Server, server.Channel], int]
) -> tuple[Slot, ...]:
    """Return a slot for each channel of a campaign, in Discord's order; one call.

    Of two channels of one name the first is taken: a campaign's channels are known by their names. What somebody moved
    into it is copied for who sees it.
    """
    raw = {int(each["id"]): each for each in discord.get(f"/guilds/{server.id}/channels")}
    inside = [each for each in server.channels.values() if each.parent_id == noted.category_id and each.type in KINDS]
    inside = [each for each in inside if noted.names(each.id) or may_in(server, each) & VIEW_CHANNEL]
    inside.sort(key=lambda each: (each.type in {TYPES["voice"], TYPES["stage"]}, each.position, each.id))
    named: dict[tuple[bool, str], Slot] = {}
    for each in inside:
        if each.id in raw:
            named.setdefault(
                (KINDS[each.type] in SPOKEN, each.key), Slot(_channel(raw[each.id], players(each, noted.role_id)))
            )
    return tuple(named.values())


def noted(server: Server, note: Note) -> tuple[Slot, ...]:
    """Return a slot for each channel that a note names and that is there: as it is, so that only access can differ."""
    return of(there(server, note), note.role_id)


def gone(server: Server, note: Note) -> int:
    """Return how many of the noted channels are not in it any more."""
    wanted = [each for each in note.channels if each is not None]
    return len(wanted) - len(there(server, note))


def of(channels: Iterable[server.Channel], role_id: int) -> tuple[Slot, ...]:
    """Return a slot for each channel that is there; its id keeps two of one name apart."""
    return tuple(
        Slot(
            PlannedChannel(
                name=each.name, type=KINDS[each.type], players=players(each, role_id), description=str(each.id)
            )
        )
        for each in channels
    )


def players(channel: server.Channel, role_id: int) -> Players:
    """Return what players may do in a channel, by the overwrite of their role."""
    own = channel.overwrite(role_id)
    if own is None or not own.allow & VIEW_CHANNEL:
        return "none"
    return "read" if own.deny & SEND_MESSAGES else "write"


def there(server: Server, note: Note) -> list[server.Channel]:
    """Return the noted channels that are in the campaign; whoever moves one away has taken it out."""
    found = (server.channels.get(each or 0) for each in note.channels)
    return [each for each in found if each and each.type in KINDS and is_inside(server, note, each)]


def _channel(raw: dict[str, Any], players: Players) -> PlannedChannel:
    tags = tuple(each["name"] for each in raw.get("available_tags") or ())
    return PlannedChannel(
        name=raw["name"][:MAX_NAME],
        type=KINDS[raw["type"]],
        players=players,
        description=raw.get("topic") or "",
        slowmode=raw.get("rate_limit_per_user") or 0,
        age_restricted=bool(raw.get("nsfw")),
        tags=tags,
        user_limit=raw.get("user_limit") or 0,
    )
