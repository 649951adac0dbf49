"""What of a plan is there already, and made by whom. Ids grow with time, which tells it without any record.

https://docs.discord.com/developers/reference#snowflakes
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.campaign import campaigns
from channelwright.discord.permissions import MEMBER
from channelwright.permission_bits import VIEW_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.campaign.note import Note
    from channelwright.campaign.plan import Plan, Slot
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


@dataclass(frozen=True)
class Claim:
    """What a job may take for its own: what was made after `since`, or this very role and category.

    `role_since` is another moment for roles, in a repair that makes a new one in a category which is there.
    """

    since: int
    role_id: int = 0
    category_id: int = 0
    role_since: int | None = None

    def covers(self, channel: Channel) -> bool:
        return channel.id > self.since

    def covers_role(self, role: Role) -> bool:
        return role.id > (self.since if self.role_since is None else self.role_since)


@dataclass(frozen=True)
class Found:
    """The first of each is the campaign's, the others are twins that a lost answer or a second delivery left.

    A slot that somebody wants empty is not among `slots`.
    """

    roles: tuple[Role, ...]
    categories: tuple[Channel, ...]
    slots: Mapping[Slot, tuple[Channel, ...]]

    @property
    def present(self) -> int:
        """How many of the plan's things there are, twins counted once."""
        return bool(self.roles) + bool(self.categories) + sum(map(bool, self.slots.values()))

    @property
    def twin_channels(self) -> list[Channel]:
        return [twin for channels in self.slots.values() for twin in channels[1:]]

    @property
    def is_single(self) -> bool:
        return len(self.roles) == len(self.categories) == 1 and not self.twin_channels


def find(plan: Plan, server: Server, claim: Claim, noted: Note | None = None) -> Found:
    """Look for everything in the plan, the oldest of each kind first; what the note names, whatever its name is now."""
    roles = _roles(plan, server, claim)
    categories = _categories(plan, server, claim, roles)
    children = server.children(categories[0]) if categories else []
    slots = {slot: tuple(each for each in children if slot.fits(each)) for slot in plan.slots}
    if noted and (noted.template, noted.digest) == (plan.template, plan.digest):
        slots |= _renamed(server, slots, noted, categories)
        unwanted = {slot for slot, id_ in zip(plan.slots, noted.channels, strict=True) if id_ is None}
        slots = {slot: channels for slot, channels in slots.items() if channels or slot not in unwanted}
    return Found(roles, categories, slots)


def _renamed(
    server: Server, slots: Mapping[Slot, tuple[Channel, ...]], noted: Note, categories: tuple[Channel, ...]
) -> dict[Slot, tuple[Channel, ...]]:
    """Return the channels that the note names for slots which no channel has the name of, wherever they are now."""
    taken = {each.id for channels in slots.values() for each in channels}
    there = [server.channels.get(id_ or 0) for id_ in noted.channels]
    pairs = [(slot, each) for slot, each in zip(slots, there, strict=True) if each and not slots[slot]]
    return {
        slot: (each,)
        for slot, each in pairs
        if each.id not in taken
        and each.type in {slot.type, slot.fallback}
        and (is_inside(server, noted, each) or (categories and _is_as_it_was(server, categories[0], slot, each, noted)))
    }


def is_inside(server: Server, noted: Note, channel: Channel) -> bool:
    """Tell whether a channel that a note names is in its category, or was left alone by one that is gone."""
    left = noted.category_id not in server.channels and is_left(server, noted, channel)
    return channel.parent_id == noted.category_id or left


def is_left(server: Server, noted: Note, channel: Channel) -> bool:
    """Tell whether a channel whose category is gone still knows its players, or a member: others took it from them."""
    known = (
        each.id == noted.role_id or (each.type == MEMBER and each.id != server.bot_id) for each in channel.overwrites
    )
    return any(known)


def _is_as_it_was(server: Server, category: Channel, slot: Slot, channel: Channel, noted: Note) -> bool:
    """Tell whether a channel that is elsewhere is seen as in the campaign, and so was only dragged away.

    Whoever moved it and lets others see it has taken it from the campaign, which shall not take it back.
    """
    role, everyone = server.roles.get(noted.role_id), channel.overwrite(server.id)
    if role is None or everyone is None or not everyone.deny & VIEW_CHANNEL:
        return False
    players = channel.allows(role.id, VIEW_CHANNEL) is (slot.players != "none")
    return players and all(channel.allows(gm, VIEW_CHANNEL) for gm, _ in campaigns.gms(server, category, role))


def namesakes(plan: Plan, server: Server) -> list[Channel]:
    """Return the categories that people would take for this campaign, whoever made them."""
    return [each for each in server.categories if each.key == plan.key]


def _roles(plan: Plan, server: Server, claim: Claim) -> tuple[Role, ...]:
    """Leave out the roles of others' campaigns: a role of ours is used by our categories, or not at all yet."""
    if claim.role_id in server.roles:
        return (server.roles[claim.role_id],)
    others = [each for each in server.categories if not _is_or_may_be_ours(plan, server, claim, each)]
    roles = [each for each in server.roles.values() if each.name == plan.role_name and each.is_plain]
    roles = [role for role in roles if claim.covers_role(role) and not any(each.overwrite(role.id) for each in others)]
    return tuple(sorted(roles, key=lambda role: role.id))


def _categories(plan: Plan, server: Server, claim: Claim, roles: tuple[Role, ...]) -> tuple[Channel, ...]:
    """A category of this very job has a role of it from its first moment."""
    if claim.category_id in server.channels:
        return (server.channels[claim.category_id],)
    ours = [each for each in server.categories if _may_be_ours(plan, server, claim, each)]
    return tuple(each for each in ours if any(each.overwrite(role.id) for role in roles))


def _is_or_may_be_ours(plan: Plan, server: Server, claim: Claim, category: Channel) -> bool:
    return category.id == claim.category_id or _may_be_ours(plan, server, claim, category)


def _may_be_ours(plan: Plan, server: Server, claim: Claim, category: Channel) -> bool:
    kept = claim.covers(category) and campaigns.is_kept(server, category)
    return kept and all(category.allows(gm, VIEW_CHANNEL) for gm, _ in plan.gms)
