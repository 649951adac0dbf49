"""A campaign, maybe damaged, beside what it should be: what `doctor` judges, and `keep` takes as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.campaign import campaigns, likeness, note, visibility
from channelwright.campaign.campaign_state import Claim, Found, find
from channelwright.campaign.likeness import LIKE
from channelwright.campaign.overwrites import KEEPING, Parties
from channelwright.campaign.plan import SUFFIX, Plan, Slot
from channelwright.discord.server import CATEGORY, key
from channelwright.permission_bits import SEND_MESSAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.actions.work import Work
    from channelwright.campaign.note import Note, Written
    from channelwright.campaign.templates import Templates
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


NEVER = 1 << 64  # no id is above it: nothing in a campaign that was there before may be taken for a twin


@dataclass(frozen=True)
class Patient:
    """A campaign, maybe damaged, beside the plan that fits it best.

    `lost` is how many of its channels are gone without anything that says what they were.
    """

    server: Server
    category: Channel
    role: Role | None
    plan: Plan
    there: Found
    archived: bool
    written: Written | None
    lost: int

    @property
    def parties(self) -> Parties:
        role = self.role.id if self.role else 0
        own = self.server
        return Parties(own.id, role, self.plan.gms, own.bot_id, own.grantable, archived=self.archived)

    @property
    def missing(self) -> list[Slot]:
        return [slot for slot, channels in self.there.slots.items() if not channels]

    @property
    def away(self) -> Mapping[Slot, Channel]:
        """Return the channels that somebody dragged out of the category."""
        first = {slot: channels[0] for slot, channels in self.there.slots.items() if channels}
        return {slot: each for slot, each in first.items() if each.parent_id != self.category.id}

    @property
    def drifted(self) -> list[Channel]:
        """Return what does not have the overwrites it should have, the category first."""
        if self.role is None:
            return [self.category]
        own = [self.category] if self.parties.drifted(self.category) else []
        filled = [(slot, channels[0]) for slot, channels in self.there.slots.items() if channels]
        return own + [
            each for slot, each in filled if self.parties.drifted(each, slot.players, kept=each.id in self.kept)
        ]

    @property
    def kept(self) -> frozenset[int]:
        """Return the channels whose permissions somebody wants as they are."""
        return frozenset(self.written.note.kept) if self.written else frozenset()

    @property
    def is_current(self) -> bool:
        """Tell whether the note is on the template as it is now."""
        noted = self.written.note if self.written else None
        return noted is not None and (noted.template, noted.digest) == (self.plan.template, self.plan.digest)

    @property
    def unwanted(self) -> set[Slot]:
        """Return what the campaign can do without, if somebody says so."""
        return {*self.missing, *self.away} if self.is_current else set()

    @property
    def keepable(self) -> list[Channel]:
        """Return what differs, and could be left so: nobody outside sees it, and the bot can look after it."""
        if self.written is None or self.role is None:
            return []
        safe = [each for each in self.drifted if each != self.category and each.allows(self.server.bot_id, KEEPING)]
        role, gms = self.role, self.plan.gms
        return [each for each in safe if not visibility.sight(self.server, each, role, gms).strangers]


def examined(work: Work) -> Patient:
    """Look at a category; raise StoppedError unless there is a sign that it is a campaign of ours."""
    server = work.look()
    category = proof.named(work, server)
    seeming = campaigns.role_of(server, category) or _role_by_name(server, category)
    written = note.found(work.discord, server, category, seeming.id if seeming else 0)
    role = server.roles.get(written.note.role_id) if written else seeming
    children = server.children(category)
    kept = [each for each in [category, *children] if campaigns.is_kept(server, each)]
    if written is None and (not kept or (role is None and category not in kept)):
        raise proof.foreign(work, server, category)
    gms = _gms(server, category, _hidden(work.templates, children, role, written), role)
    name = role.name.removesuffix(SUFFIX) if role else category.name
    claim = Claim(NEVER, role.id if role else 0, category.id)
    if written and written.note.template == LIKE:
        lost = likeness.gone(server, written.note)
        plan, written = _alike(server, name, gms, written)
        there = find(plan, server, claim, written.note)
    else:
        lost = 0
        template, there, slots = _best(work.templates, server, claim, name, written.note if written else None)
        plan = Plan(name, template, slots, gms)
    own = category.overwrite(role.id) if role else None
    archived = own is not None and bool(own.deny & SEND_MESSAGES)
    return Patient(server, category, role, plan, there, archived, written, lost)


def _alike(server: Server, name: str, gms: tuple[tuple[int, int], ...], written: Written) -> tuple[Plan, Written]:
    """Return the plan of a campaign that was made like another, and the note as it would be of this plan."""
    there = tuple(each.id for each in likeness.there(server, written.note))
    plan = Plan(name, LIKE, likeness.noted(server, written.note), gms)
    return plan, replace(written, note=replace(written.note, digest=plan.digest, channels=there))


def _role_by_name(server: Server, category: Channel) -> Role | None:
    wanted = key(category.name + SUFFIX, CATEGORY)
    roles = [each for each in server.roles.values() if key(each.name, CATEGORY) == wanted and not each.managed]
    return roles[0] if len(roles) == 1 else None


def _hidden(templates: Templates, children: list[Channel], role: Role | None, written: Written | None) -> list[Channel]:
    """Return the channels that players do not see: by their role, or, where it is gone, by the noted template."""
    if role:
        return [each for each in children if campaigns.is_hidden(each, role)]
    secret = hidden_by_template(templates, written.note) if written else frozenset()
    return [each for each in children if each.id in secret]


def hidden_by_template(templates: Templates, noted: Note) -> frozenset[int]:
    """Return the noted channels that are the GM's alone by their template; none where that is another one by now."""
    plan = Plan("", noted.template, tuple(map(Slot, templates.get(noted.template, ()))), ())
    if plan.digest != noted.digest:
        return frozenset()
    return frozenset(id_ for slot, id_ in zip(plan.slots, noted.channels, strict=True) if id_ and slot.gm_only)


def _gms(server: Server, category: Channel, hidden: list[Channel], role: Role | None) -> tuple[tuple[int, int], ...]:
    """Return whose campaign it is, so that a repair gives them all of it: nobody who was only shown a part of it.

    Whoever sees the category and what players do not see, as always; and who lost one of the two, where they have
    in all of the other what the bot gives a GM.
    """
    kept = [each for each in hidden if campaigns.is_kept(server, each)]
    inside = {gm for each in kept for gm in campaigns.seeing(server, each, role)}
    there = campaigns.gms(server, category, role) if role else campaigns.seeing(server, category, None)
    found = {each for each in there if role or each in inside} | campaigns.let_in(server, kept, role)
    return tuple(sorted(found if inside else found | campaigns.let_in(server, [category], role)))


def _best(
    templates: Templates, server: Server, claim: Claim, name: str, noted: Note | None
) -> tuple[str, Found, tuple[Slot, ...]]:
    """Return the noted template, else the one that most of the channels are from and that lacks the fewest."""
    plans = [Plan(name, each, tuple(map(Slot, channels)), ()) for each, channels in templates.items()]
    fitting = [(plan, find(plan, server, claim, noted)) for plan in plans]

    def likely(pair: tuple[Plan, Found]) -> tuple[bool, int, int]:
        plan, there = pair
        return noted is not None and plan.template == noted.template, there.present, -len(plan.slots)

    plan, there = max(fitting, key=likely)
    return plan.template, there, plan.slots
