"""`/campaign session` and `sessions`: when the campaign plays, as scheduled events in its voice channel.

Only who sees that channel sees the event, and Discord itself reminds those who are interested. The bot's events of a
campaign are those in its channels that it made: each ends with the request that it was made for, so that a second
delivery finds it.

https://docs.discord.com/developers/resources/guild-scheduled-event
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from channelwright.actions import proof, session_time
from channelwright.actions.reply import Message
from channelwright.campaign import note
from channelwright.components import Style
from channelwright.discord.server import VOICE
from channelwright.discord.text import fitted
from channelwright.permission_bits import VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.discord.server import Channel
    from channelwright.jobs import Value

BUTTON_SECONDS = 900
MOST_BUTTONS = 5
GUILD_ONLY, IN_VOICE = 2, 2


@dataclass(frozen=True)
class Session:
    """An event of the bot's in a campaign's channel; `start` is in seconds since 1970."""

    id: int
    channel_id: int
    start: int
    repeats: bool
    description: str

    @property
    def line(self) -> str:
        again = ", and again" if self.repeats else ""
        return f"<t:{self.start}:F> (<t:{self.start}:R>){again}, in <#{self.channel_id}>"


def session(work: Work) -> Message:
    """Show when it would be, to every reader in their own time, with a button that plans it."""
    server = work.look()
    campaign = proof.campaign(work, server)
    channel = _voice(campaign)
    written = proof.noted(work, server).written
    zone = work.text("zone") or written.note.zone
    start = session_time.moment(work.text("when"), zone, work.discord.pace.now())
    repeat = work.text("repeat")
    options: dict[str, Value] = {
        "campaign": str(campaign.category.id),
        "plan": f"{int(start.timestamp())}-{session_time.LETTERS[repeat]}",
    }
    moved = _numbered(work, campaign, int(work.job.options["moves"])) if "moves" in work.job.options else None
    if moved:
        options["event"] = str(moved.id)
    if zone and zone != written.note.zone:
        work.begin()
        note.rewrite(work.discord, replace(written.note, zone=session_time.known(zone).key), written)
    at = int(start.timestamp())
    how = f", {repeat}" if repeat else ""
    lines = [f"**{campaign.name}** would play <t:{at}:F> (<t:{at}:R>){how}, in {channel.link}."]
    lines += [f"That moves the session of {moved.line}."] if moved else []
    button = work.button("campaign.plan-session", "Plan it", Style.PRIMARY, BUTTON_SECONDS, options)
    return Message("\n".join(lines), (button,))


def plan_session(work: Work) -> Message:
    """Make the event, or move one: once, for a second delivery looks for what the first made."""
    work.begin()
    campaign = proof.campaign(work, work.look())
    seconds, _, letter = work.text("plan").partition("-")
    start, repeat = datetime.fromtimestamp(int(seconds), UTC), session_time.WORDS[letter]
    if start.timestamp() <= work.discord.pace.now():
        raise StoppedError(f"<t:{seconds}:F> is over. Nothing was planned.")
    body: dict[str, Any] = {
        "scheduled_start_time": start.isoformat(),
        "recurrence_rule": session_time.rule(start, repeat),
    }
    if "event" in work.job.options:
        work.discord.patch(f"/guilds/{work.job.guild_id}/scheduled-events/{work.text('event')}", body)
        return Message(f"**{campaign.name}** plays <t:{seconds}:F> now.")
    if not any(each.description == _mark(work) for each in _sessions(work, campaign)):
        body |= {"name": campaign.name[:100], "description": _mark(work), "channel_id": str(_voice(campaign).id)}
        body |= {"privacy_level": GUILD_ONLY, "entity_type": IN_VOICE}
        work.discord.create(f"/guilds/{work.job.guild_id}/scheduled-events", body)
    how = f", {repeat}" if repeat else ""
    return Message(f"**{campaign.name}** plays <t:{seconds}:F>{how}. Its members find it among this server's events.")


def sessions(work: Work) -> Message:
    """List what is planned, each with a button that cancels it."""
    campaign = proof.campaign(work, work.look())
    planned = _sessions(work, campaign)
    if not planned:
        return Message(f"No session of **{campaign.name}** is planned. `/campaign session` plans one.")
    lines = [f"**Sessions of {campaign.name}**", *(f"{at}. {each.line}" for at, each in enumerate(planned, 1))]
    buttons = [
        work.button(
            "campaign.cancel-session",
            f"Cancel {at}",
            Style.DANGER,
            BUTTON_SECONDS,
            {"campaign": str(campaign.category.id), "event": str(each.id)},
        )
        for at, each in enumerate(planned[:MOST_BUTTONS], 1)
    ]
    return Message(fitted(lines), buttons)


def cancel_session(work: Work) -> Message:
    """Cancel one; what is gone is cancelled."""
    work.begin()
    campaign = proof.campaign(work, work.look())
    event = int(work.text("event", "0"))
    if work.is_first and event not in {each.id for each in _sessions(work, campaign)}:
        raise StoppedError("There is no such session any more.")
    work.discord.delete(f"/guilds/{work.job.guild_id}/scheduled-events/{event}")
    return Message(f"That session of **{campaign.name}** is cancelled.")


def _voice(campaign: Campaign) -> Channel:
    """Return the voice channel that players are in; raise StoppedError if there is none."""
    there = [each for each in campaign.channels if each.type == VOICE]
    open_ = [each for each in there if each.allows(campaign.role.id, VIEW_CHANNEL)]
    if not there:
        raise StoppedError(f"**{campaign.name}** has no voice channel, and a session needs one.")
    return min(open_ or there, key=lambda each: each.position)


def _mark(work: Work) -> str:
    return f"For request {work.job.interaction_id}"


def _numbered(work: Work, campaign: Campaign, number: int) -> Session:
    planned = _sessions(work, campaign)
    if number > len(planned):
        raise StoppedError(f"**{campaign.name}** has {len(planned)} sessions. `/campaign sessions` lists them.")
    return planned[number - 1]


def _sessions(work: Work, campaign: Campaign) -> list[Session]:
    """Return what the bot planned in the campaign's channels, the next first."""
    inside = {each.id for each in campaign.channels}
    found = work.discord.get(f"/guilds/{work.job.guild_id}/scheduled-events")
    own = [each for each in found if each["creator_id"] == str(work.discord.bot_id())]
    there = [_session(each) for each in own if int(each["channel_id"] or 0) in inside]
    return sorted(there, key=lambda each: (each.start, each.id))


def _session(raw: dict[str, Any]) -> Session:
    start = int(datetime.fromisoformat(raw["scheduled_start_time"]).timestamp())
    repeats = raw.get("recurrence_rule") is not None
    return Session(int(raw["id"]), int(raw["channel_id"]), start, repeats, raw.get("description") or "")
