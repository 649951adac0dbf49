"""Who sees what, worked out from what Discord has, by Discord's documented algorithm; never from what was intended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.campaign import campaigns
from channelwright.discord.permissions import MEMBER, ROLE, in_channel, in_guild
from channelwright.discord.server import STAGE, VOICE, each_on_a_line
from channelwright.discord.text import listed, mention
from channelwright.language import say
from channelwright.permission_bits import (
    ADMINISTRATOR,
    CONNECT,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    SPEAK,
    VIEW_CHANNEL,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


@dataclass(frozen=True)
class Sight:
    """Who sees a channel, owner and administrators aside. `others` were let in by hand: ids and overwrite types."""

    strangers: bool
    players: bool
    gms: bool
    others: tuple[tuple[int, int], ...]

    @property
    def words(self) -> str:
        if self.strangers:
            return say("Seen by everybody in this server")
        if self.gms and not (self.players or self.others):
            return say("Seen by the GM alone")
        seeing = [say("players")] * self.players + [say("the GM")] * self.gms + [mention(each) for each in self.others]
        return say("Seen by {people}", people=listed(seeing))


def sight(server: Server, channel: Channel, role: Role, gms: Iterable[tuple[int, int]]) -> Sight:
    """Work out who sees a channel."""
    everyone = server.roles[server.id].permissions
    gms = set(gms)

    def sees(bits: int, held: tuple[int, ...] = (), member: int = 0) -> bool:
        return bool(in_channel(bits, server.id, held, member, channel.overwrites) & VIEW_CHANNEL)

    return Sight(
        strangers=sees(everyone),
        players=sees(everyone | role.permissions, (role.id,)),
        gms=all(sees(everyone, (id_,) if kind == ROLE else (), id_ if kind == MEMBER else 0) for id_, kind in gms),
        others=tuple(each for each in campaigns.seeing(server, channel, role) if each not in gms),
    )


def writing(
    server: Server, channel: Channel, known: Collection[int], held: Callable[[int], Collection[int] | None]
) -> list[tuple[int, int]]:
    """Return who writes or speaks in a channel besides the `known`, owner and administrators aside: ids and types.

    Those are everybody, and whom an overwrite lets in: what they may beyond that may come of the server's roles.
    `held` tells the ids of a member's roles, None of who left.
    """
    everyone = server.roles[server.id].permissions

    def writes(bits: int, roles: Iterable[int] = (), member: int = 0) -> bool:
        return not bits & ADMINISTRATOR and _may_write(
            channel, in_channel(bits, server.id, roles, member, channel.overwrites)
        )

    if writes(everyone):
        return [(server.id, ROLE)]
    found = []
    for id_, kind in {(each.id, each.type) for each in channel.overwrites if each.id not in {server.id, *known}}:
        roles = {id_} if kind == ROLE else held(id_)
        if roles is None:
            continue
        bits = in_guild(server.roles[server.id], [server.roles[role] for role in roles if role in server.roles])
        if writes(bits, roles, id_ if kind == MEMBER else 0):
            found.append((id_, kind))
    return sorted(found)


def _may_write(channel: Channel, bits: int) -> bool:
    if channel.type in {VOICE, STAGE}:
        return bool(bits & CONNECT and bits & (SPEAK | SEND_MESSAGES))
    return bool(bits & (SEND_MESSAGES | SEND_MESSAGES_IN_THREADS))


def lines(server: Server, channels: Iterable[Channel], role: Role, gms: Iterable[tuple[int, int]]) -> list[str]:
    """Group channels by who sees them, and name each with a link."""
    groups: dict[str, list[Channel]] = {}
    gms, channels = tuple(gms), tuple(channels)
    lines_by_id = dict(zip((each.id for each in channels), each_on_a_line(channels), strict=True))
    for channel in channels:
        groups.setdefault(sight(server, channel, role, gms).words, []).append(channel)
    return [
        line
        for words, members in groups.items()
        for line in (
            f"**{words}** ({len(members)})",
            *(lines_by_id[channel.id] for channel in members),
        )
    ]
