"""The doctor's button "This is how I want it": what differs from the template stays, as far as it is safe."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.actions import doctor, examination, proof
from channelwright.campaign import note

if TYPE_CHECKING:
    from channelwright.actions.reply import Message
    from channelwright.actions.work import Work


def keep(work: Work) -> Message:
    """Write into the note which permissions stay and which channels are not wanted, and say how it is then."""
    patient = examination.examined(work)
    proof.campaign(work, patient.server)
    assert patient.written  # noqa: S101 - it is proved
    before = patient.written.note
    kept = tuple(sorted({*before.kept, *(each.id for each in patient.keepable)}))
    channels = before.channels
    if patient.is_current:
        unwanted = set(patient.missing)
        pairs = zip(patient.plan.slots, before.channels, strict=True)
        channels = tuple(None if slot in unwanted else id_ for slot, id_ in pairs)
    wanted = replace(before, kept=kept, channels=channels)
    work.begin(begun=wanted == before)
    note.rewrite(work.discord, wanted, patient.written)
    return doctor.doctor(work)
