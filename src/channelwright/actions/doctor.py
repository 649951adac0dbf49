"""`/campaign doctor`: what a campaign lacks, who sees what, and how it is put right.

With its button "This is how I want it": what differs from the template stays, as far as it is safe.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.actions import examination, proof, summary
from channelwright.actions.examination import NEVER, Patient
from channelwright.actions.reply import Message
from channelwright.actions.work import InPart
from channelwright.campaign import campaigns, note, visibility
from channelwright.campaign.campaign_state import Claim
from channelwright.campaign.create import Maker
from channelwright.campaign.overwrites import KEEPING
from channelwright.campaign.rights import Asker
from channelwright.campaign.roles import check_plain
from channelwright.components import Style
from channelwright.discord.messages import kind
from channelwright.discord.permissions import MEMBER
from channelwright.discord.text import fitted, linked, listed, mention, plain
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.jobs import Value

REPAIR_SECONDS = 900
MOST_GMS = 10  # of whom is asked whether they are still here


def doctor(work: Work) -> Message:
    """Say what is wrong; with `repair`, put it right and say how it is then."""
    patient = examination.examined(work)
    findings = _findings(patient)
    asker = Asker.seen(work.discord, patient.server, work.job.user_id)
    if patient.role:
        proof.check_asker(asker, patient.server, campaigns.of(patient.server, patient.category, patient.role))
    elif not (asker.is_maker() or any(map(asker.is_target, patient.plan.gms))):
        raise proof.not_theirs(asker, patient.server, patient.category)
    # Where a delivery before this one has mended all, what it wrote down may still be of before.
    if not work.job.options.get("repair") or (work.is_first and not findings):
        return _told(work, patient, findings)
    _check_repair(patient, asker)
    work.home = patient.written.channel_id if patient.written else None
    work.begin(begun=not findings or _is_begun(work, patient))
    _note_beginning(work, patient)
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
        held=proof.held(work),
    )
    work.unfinished = InPart(say("**{campaign}** is not repaired as a whole.", campaign=patient.category.shown))
    made = maker.make()
    assert maker.server  # noqa: S101 - it was looked at
    title = say("**{campaign}** is repaired.", campaign=patient.category.shown)
    wrong = [say("**What was wrong**"), *findings] if findings else []
    return Message(fitted([summary.finished(patient.plan, made, maker.server, title), *wrong]))


def keep(work: Work) -> Message:
    """Write into the note which permissions stay and which channels are not wanted, and say how it is then."""
    patient = examination.examined(work)
    proof.campaign(work, patient.server)
    assert patient.written  # noqa: S101 - it is proved
    before = patient.written.note
    kept = tuple(sorted({*before.kept, *(each.id for each in patient.keepable)}))
    channels = before.channels
    if unwanted := patient.unwanted:
        pairs = zip(patient.plan.slots, before.channels, strict=True)
        channels = tuple(None if slot in unwanted else id_ for slot, id_ in pairs)
    wanted = replace(before, kept=kept, channels=channels)
    work.begin(begun=wanted == before)
    note.rewrite(work.discord, wanted, patient.written)
    return doctor(work)


def _is_begun(work: Work, patient: Patient) -> bool:
    """Tell whether this very repair was begun: its note says so, or something was made for it where there is none."""
    if patient.written and patient.written.note.repairing_for == int(work.job.interaction_id):
        return True
    made = {each.id for each in patient.server.children(patient.category)} | {patient.role.id if patient.role else 0}
    return max(made) > int(work.job.interaction_id)


def _note_beginning(work: Work, patient: Patient) -> None:
    """Write down that it is under way: of permissions nobody sees later whether they were mended, or never wrong."""
    if patient.written:
        noted = replace(patient.written.note, repairing_for=int(work.job.interaction_id))
        note.rewrite(work.discord, noted, patient.written)


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
        raise StoppedError(
            say("This campaign has no note of mine, so I changed nothing. {take_up}", take_up=proof.take_up())
        )
    inside = {patient.category.id, *(each.id for each in patient.server.children(patient.category))}
    elsewhere = [
        each
        for each in patient.server.channels.values()
        if role and each.id not in inside and (there := each.overwrite(role.id)) and there.allow
    ]
    if elsewhere:
        raise StoppedError(
            say(
                "The role also opens {channels}, which no role does that I made. So I changed nothing: "
                "only the server's owner can have me take this up.",
                channels=linked(elsewhere),
            )
        )


def _findings(patient: Patient) -> list[str]:
    found = (
        []
        if patient.written
        else [say("- There is no note of mine in it, so I hand out nothing. {take_up}", take_up=proof.take_up())]
    )
    if patient.role is None:
        found.append(say("- The players' role is gone. Players have to be added again."))
    for channel in patient.drifted:
        if not channel.allows(patient.server.bot_id, KEEPING):
            found.append(say("- I am shut out of {channel}, in part or as a whole.", channel=channel.named))
        else:
            found.append(say("- The permissions of {channel} are not the campaign's.", channel=channel.named))
    found += [say("- {channel} is not in its category.", channel=each.named) for each in patient.away.values()]
    if patient.lost:
        found.append(
            say(
                "- {lost} of its channels are gone, or were moved away. No template says what they were: a repair "
                "forgets them.",
                lost=patient.lost,
            )
        )
    found += [
        say(
            "- {channel} ({type}) is missing, or hidden from me.",
            channel=plain(slot.channel.name),
            type=kind(slot.type),
        )
        for slot in patient.missing
    ]
    return found


def _gone(work: Work, patient: Patient) -> list[str]:
    """Name the GMs who are no members any longer: nothing that a repair could mend. Each of them costs a call."""
    members = [id_ for id_, kind in patient.plan.gms if kind == MEMBER][:MOST_GMS]
    gone = [id_ for id_ in members if work.discord.is_gone(f"/guilds/{patient.server.id}/members/{id_}")]
    about = [{"gm": id_} for id_ in gone]
    if len(gone) < len(patient.plan.gms):
        return [
            say("<@{gm}> is a GM here and left this server: `/campaign remove-gm` takes them out.", **each)
            for each in about
        ]
    return [
        say("<@{gm}> is the GM here and left this server: a moderator can `/campaign hand-over` it to another.", **each)
        for each in about
    ]


def _told(work: Work, patient: Patient, findings: list[str]) -> Message:
    about = {"campaign": patient.category.shown, "template": patient.plan.template}
    title = say("**{campaign}** (template {template})", **about)
    if patient.archived:
        title = say("**{campaign}** (template {template}, archived)", **about)
    lines = [f"{title}: {say('this is wrong.') if findings else say('nothing is wrong.')}", *findings]
    lines += _gone(work, patient)
    if patient.missing:
        lines.append(say("A channel that is only hidden would be there twice after a repair: let me see it first."))
    if patient.role:
        channels = patient.server.children(patient.category)
        lines += visibility.lines(patient.server, channels, patient.role, patient.plan.gms)
        gms = listed([mention(each) for each in patient.plan.gms])
        lines.append(say("GM: {gms}. Owner, administrators and I see every channel.", gms=gms or say("nobody")))
    if kept := [each for each in patient.server.children(patient.category) if each.id in patient.kept]:
        lines.append(say("Left as somebody wants them: {channels}.", channels=linked(kept)))
    return Message(fitted(lines), _buttons(work, patient) if findings else ())


def _buttons(work: Work, patient: Patient) -> tuple[dict[str, object], ...]:
    options: dict[str, Value] = {"campaign": str(patient.category.id)}
    repair = work.button("campaign.doctor", say("Repair"), Style.PRIMARY, REPAIR_SECONDS, options | {"repair": True})
    if not patient.keepable and not patient.unwanted:
        return (repair,)
    label = say("This is how I want it")
    return repair, work.button("campaign.keep", label, Style.SECONDARY, REPAIR_SECONDS, options)
