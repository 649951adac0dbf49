"""`/campaign doctor`: what a campaign lacks, who sees what, and how it is put right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.actions import proof, summary
from channelwright.actions.reply import Message
from channelwright.actions.work import InPart
from channelwright.campaign import campaigns, note, visibility
from channelwright.campaign.campaign_state import Claim, Found, find
from channelwright.campaign.create import Maker
from channelwright.campaign.overwrites import KEEPING, Parties
from channelwright.campaign.plan import SUFFIX, Plan, Slot
from channelwright.campaign.rights import Asker
from channelwright.campaign.roles import check_plain
from channelwright.components import Style
from channelwright.discord.permissions import MEMBER
from channelwright.discord.server import CATEGORY, key
from channelwright.discord.text import fitted, listed, mention
from channelwright.permission_bits import SEND_MESSAGES, VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from typing import Any

    from channelwright.actions.work import Work
    from channelwright.campaign.note import Note, Written
    from channelwright.campaign.templates import Templates
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server
    from channelwright.jobs import Value

REPAIR_SECONDS = 900
NEVER = 1 << 64  # no id is above it: nothing in a campaign that was there before may be taken for a twin


@dataclass(frozen=True)
class Patient:
    """A campaign, maybe damaged, beside the plan that fits it best."""

    server: Server
    category: Channel
    role: Role | None
    plan: Plan
    there: Found
    archived: bool
    written: Written | None

    @property
    def parties(self) -> Parties:
        role = self.role.id if self.role else 0
        own = self.server
        return Parties(own.id, role, self.plan.gms, own.bot_id, own.grantable, archived=self.archived)

    @property
    def missing(self) -> list[Slot]:
        return [slot for slot, channels in self.there.slots.items() if not channels]

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
    def keepable(self) -> list[Channel]:
        """Return what differs, and could be left so: nobody outside sees it, and the bot can look after it."""
        if self.written is None or self.role is None:
            return []
        safe = [each for each in self.drifted if each != self.category and each.allows(self.server.bot_id, KEEPING)]
        role, gms = self.role, self.plan.gms
        return [each for each in safe if not visibility.sight(self.server, each, role, gms).strangers]


def doctor(work: Work) -> Message:
    """Say what is wrong; with `repair`, put it right and say how it is then."""
    patient = examined(work)
    findings = _findings(patient)
    asker = Asker.seen(work.discord, patient.server, work.job.user_id)
    if patient.role:
        proof.check_asker(asker, campaigns.of(patient.server, patient.category, patient.role))
    if not work.job.options.get("repair") or not findings:
        return _told(work, patient, findings)
    _check_repair(patient, asker)
    work.begin()
    maker = Maker(
        work.discord,
        work.job.guild_id,
        patient.plan,
        Claim(NEVER, patient.role.id if patient.role else 0, patient.category.id, int(work.job.interaction_id)),
        work.reply.progress,
        sure=work.is_first,
        archived=patient.archived,
        noted=patient.written.note if patient.written else None,
        request=int(work.job.interaction_id),
    )
    work.unfinished = InPart(f"**{patient.category.name}** is not repaired as a whole.")
    made = maker.make()
    assert maker.server  # noqa: S101 - it was looked at
    title = f"**{patient.category.name}** is repaired."
    return Message(fitted([summary.finished(patient.plan, made, maker.server, title), "**What was wrong**", *findings]))


def _check_repair(patient: Patient, asker: Asker) -> None:
    """Raise StoppedError if a repair would do for the asker what only others may.

    Without a note, whether the bot made what is there is the asker's word: it counts where the asker could do all of
    it without the bot, and the role opens nothing else.
    """
    role = patient.role
    if role:
        check_plain(patient.server, role)
    if patient.written or asker.is_owner:
        return
    if not asker.is_maker() or (role and not asker.may_give(role)):
        raise StoppedError(f"This campaign has no note of mine, so I changed nothing. {proof.TAKE_UP}")
    inside = {patient.category.id, *(each.id for each in patient.server.children(patient.category))}
    elsewhere = [
        each.named
        for each in patient.server.channels.values()
        if role and each.id not in inside and (there := each.overwrite(role.id)) and there.allow
    ]
    if elsewhere:
        raise StoppedError(
            f"The role also opens {listed(elsewhere)}, which no role does that I made. So I changed nothing: only the "
            "server's owner can have me take this up."
        )


def examined(work: Work) -> Patient:
    """Look at a category; raise StoppedError unless there is a sign that it is a campaign of ours."""
    server = work.look()
    category = campaigns.category_of(server, work.text("campaign", "0"))
    seeming = campaigns.role_of(server, category) or _role_by_name(server, category)
    written = note.found(work.discord, server, category, seeming.id if seeming else 0)
    role = server.roles.get(written.note.role_id) if written else seeming
    children = server.children(category)
    kept = [each for each in [category, *children] if campaigns.is_kept(server, each)]
    if written is None and (not kept or (role is None and category not in kept)):
        raise campaigns.foreign(category)
    gms = _gms(server, category, children, role)
    name = role.name.removesuffix(SUFFIX) if role else category.name
    claim = Claim(NEVER, role.id if role else 0, category.id)
    template, there, slots = _best(work.templates, server, claim, name, written.note if written else None)
    plan = Plan(name, template, slots, gms)
    own = category.overwrite(role.id) if role else None
    archived = own is not None and bool(own.deny & SEND_MESSAGES)
    return Patient(server, category, role, plan, there, archived, written)


def _role_by_name(server: Server, category: Channel) -> Role | None:
    wanted = key(category.name + SUFFIX, CATEGORY)
    roles = [each for each in server.roles.values() if key(each.name, CATEGORY) == wanted and not each.managed]
    return roles[0] if len(roles) == 1 else None


def _gms(server: Server, category: Channel, children: list[Channel], role: Role | None) -> tuple[tuple[int, int], ...]:
    """Return who sees the channels that players do not; if there are none, who sees the category besides them."""
    hidden = [
        each for each in children if role and not each.allows(role.id, VIEW_CHANNEL) and campaigns.is_kept(server, each)
    ]
    seeing = {gm for each in hidden for gm in campaigns.seeing(server, each, role)}
    return tuple(sorted(seeing or campaigns.seeing(server, category, role)))


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


def _findings(patient: Patient) -> list[str]:
    found = [] if patient.written else [f"- There is no note of mine in it, so I hand out nothing. {proof.TAKE_UP}"]
    if patient.role is None:
        found.append("- The players' role is gone. Players have to be added again.")
    for channel in patient.drifted:
        if not channel.allows(patient.server.bot_id, KEEPING):
            found.append(f"- I am shut out of {channel.named}, in part or as a whole.")
        else:
            found.append(f"- The permissions of {channel.named} are not the campaign's.")
    found += [f"- {slot.channel.name} ({slot.channel.type}) is missing, or hidden from me." for slot in patient.missing]
    return found


def _gone(work: Work, patient: Patient) -> list[str]:
    """Name the GMs who are no members any longer: nothing that a repair could mend."""
    members = [id_ for id_, kind in patient.plan.gms if kind == MEMBER]
    gone = [id_ for id_ in members if work.discord.is_gone(f"/guilds/{patient.server.id}/members/{id_}")]
    return [
        f"<@{id_}> is the GM here and left this server: a moderator can `/campaign hand-over` it to another."
        for id_ in gone
    ]


def _told(work: Work, patient: Patient, findings: list[str]) -> Message:
    title = f"**{patient.category.name}** (template {patient.plan.template}{', archived' if patient.archived else ''})"
    lines = [f"{title}: {'this is wrong.' if findings else 'nothing is wrong.'}", *findings]
    lines += _gone(work, patient)
    if patient.missing:
        lines.append("A channel that is only hidden would be there twice after a repair: let me see it first.")
    if patient.role:
        channels = patient.server.children(patient.category)
        lines += visibility.lines(patient.server, channels, patient.role, patient.plan.gms)
        gms = listed([mention(each) for each in patient.plan.gms])
        lines.append(f"GM: {gms or 'nobody'}. Owner, administrators and I see every channel.")
    if kept := [each.named for each in patient.server.children(patient.category) if each.id in patient.kept]:
        lines.append(f"Left as somebody wants them: {listed(kept)}.")
    return Message(fitted(lines), _buttons(work, patient) if findings else ())


def _buttons(work: Work, patient: Patient) -> tuple[dict[str, Any], ...]:
    options: dict[str, Value] = {"campaign": str(patient.category.id)}
    repair = work.button("campaign.doctor", "Repair", Style.PRIMARY, REPAIR_SECONDS, options | {"repair": True})
    if not patient.keepable and not (patient.missing and patient.is_current):
        return (repair,)
    label = "This is how I want it"
    return repair, work.button("campaign.keep", label, Style.SECONDARY, REPAIR_SECONDS, options)
