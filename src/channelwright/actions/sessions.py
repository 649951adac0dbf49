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
from channelwright.discord.messages import lacks
from channelwright.discord.server import VOICE
from channelwright.discord.text import fitted
from channelwright.language import say
from channelwright.permission_bits import CREATE_EVENTS, VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.discord.server import Channel, Server
    from channelwright.jobs import Value

BUTTON_SECONDS = 900
PAGE = 15  # sessions with a button each, five of which are in a row of the five that a message has
GUILD_ONLY, IN_VOICE = 2, 2


@dataclass(frozen=True)
class Session:
    """An event of the bot's in a campaign's channel; `start` is in seconds since 1970.

    `repeat` is the bot's word for how often it comes again, empty where somebody chose what the bot has no word for.
    """

    id: int
    channel_id: int
    start: int
    repeats: bool
    repeat: str
    description: str

    @property
    def line(self) -> str:
        about = {"when": _when(self.start), "channel": f"<#{self.channel_id}>"}
        return say("{when}, and again, in {channel}", **about) if self.repeats else say("{when}, in {channel}", **about)


def session(work: Work) -> Message:
    """Show when it would be, to every reader in their own time, with a button that plans it."""
    server = work.look()
    campaign = proof.campaign(work, server)
    _check_may_plan(server)
    channel = _voice(campaign)
    written = proof.noted(work, server).written
    zone = work.text("zone") or written.note.zone
    start = session_time.moment(work.text("when"), zone, work.discord.pace.now())
    moved = _numbered(work, campaign, int(work.job.options["moves"])) if "moves" in work.job.options else None
    repeat = work.text("repeat") or (moved.repeat if moved else session_time.ONCE)
    options: dict[str, Value] = {
        "campaign": str(campaign.category.id),
        "plan": f"{int(start.timestamp())}-{session_time.LETTERS[repeat]}",
    }
    if moved:
        options["event"] = str(moved.id)
    if zone and zone != written.note.zone:
        work.begin()
        note.rewrite(work.discord, replace(written.note, zone=session_time.known(zone).key), written)
    at = int(start.timestamp())
    about = {"campaign": campaign.shown, "when": _when(at), "channel": channel.link}
    lines = [
        say("**{campaign}** would play {when}, {repeat}, in {channel}.", **about, repeat=session_time.often(repeat))
        if repeat
        else say("**{campaign}** would play {when}, in {channel}.", **about)
    ]
    lines += [say("That moves the session of {session}.", session=moved.line)] if moved else []
    lines += _warned(start, repeat, zone, moved)
    button = work.button("campaign.plan-session", say("Plan it"), Style.PRIMARY, BUTTON_SECONDS, options)
    return Message("\n".join(lines), (button,))


def _warned(start: datetime, repeat: str, zone: str, moved: Session | None) -> list[str]:
    """Say what Discord makes of a repetition that whoever plans it may not expect."""
    if moved and moved.repeats and not repeat:
        return [
            say(
                "It would not repeat any longer: how it does was chosen in Discord, and I have no word for it. "
                "Choose `repeat`, or move it in Discord."
            )
        ]
    if not repeat or not zone or (change := session_time.clock_change(start, zone)) is None:
        return []
    about = {"zone": session_time.known(zone).key, "when": f"<t:{int(change.timestamp())}:D>"}
    return [
        say(
            "Discord repeats it by UTC: once the clocks in {zone} change, on {when}, it is at another time there. "
            "Move it then.",
            **about,
        )
    ]


def plan_session(work: Work) -> Message:
    """Make the event, or move one: once, for a second delivery looks for what the first made."""
    server = work.look()
    campaign = proof.campaign(work, server)
    _check_may_plan(server)
    seconds, _, letter = work.text("plan").partition("-")
    start, repeat = datetime.fromtimestamp(int(seconds), UTC), session_time.WORDS[letter]
    if start.timestamp() <= work.discord.pace.now():
        raise StoppedError(say("{when} is over. Nothing was planned.", when=f"<t:{seconds}:F>"))
    body: dict[str, object] = {
        "scheduled_start_time": start.isoformat(),
        "recurrence_rule": session_time.rule(start, repeat),
    }
    planned = _sessions(work, campaign)
    if "event" in work.job.options and work.text("event") not in {str(each.id) for each in planned}:
        raise StoppedError(say("There is no such session any more."))
    work.begin(begun=any(each.description == _mark(work) or each.start == int(seconds) for each in planned))
    if "event" in work.job.options:
        work.discord.patch(f"/guilds/{work.job.guild_id}/scheduled-events/{work.text('event')}", body)
        return Message(say("**{campaign}** plays {when} now.", campaign=campaign.shown, when=f"<t:{seconds}:F>"))
    # Two of one time are one: the button may have been pressed on two devices.
    again = [each for each in planned if (each.start, each.repeats) == (int(seconds), bool(repeat))]
    if not again and not any(each.description == _mark(work) for each in planned):
        body |= {"name": campaign.category.name, "description": _mark(work), "channel_id": str(_voice(campaign).id)}
        body |= {"privacy_level": GUILD_ONLY, "entity_type": IN_VOICE}
        work.discord.create(f"/guilds/{work.job.guild_id}/scheduled-events", body)
    about = {"campaign": campaign.shown, "when": f"<t:{seconds}:F>"}
    text = say("**{campaign}** plays {when}.", **about)
    if repeat:
        text = say("**{campaign}** plays {when}, {repeat}.", **about, repeat=session_time.often(repeat))
    return Message(f"{text} {_found_by(campaign)}")


def _found_by(campaign: Campaign) -> str:
    """Say who finds the event: whoever sees its channel, and nobody else."""
    channel = _voice(campaign)
    if channel.allows(campaign.role.id, VIEW_CHANNEL):
        return say("Its members find it among the events of this server.")
    return say("Its players do not see {channel}, and so not the session.", channel=channel.link)


def sessions(work: Work) -> Message:
    """List what is planned, each with a button that cancels it."""
    campaign = proof.campaign(work, work.look())
    planned = _sessions(work, campaign)
    if not planned:
        return Message(
            say("No session of **{campaign}** is planned. `/campaign session` plans one.", campaign=campaign.shown)
        )
    pages = [planned[at : at + PAGE] for at in range(0, len(planned), PAGE)]
    page = min(work.page(), len(pages) - 1)
    numbered = list(enumerate(pages[page], 1 + page * PAGE))
    lines = [
        say("**Sessions of {campaign}**", campaign=campaign.shown),
        *(f"{at}. {each.line}" for at, each in numbered),
    ]
    about = {"campaign": str(campaign.category.id)}
    buttons = [
        work.button(
            "campaign.cancel-session",
            say("Cancel {number}", number=at),
            Style.DANGER,
            BUTTON_SECONDS,
            about | {"event": str(each.id)},
        )
        for at, each in numbered
    ]
    return Message(fitted(lines), [*buttons, *work.turns("campaign.sessions", page, len(pages), about)])


def cancel_session(work: Work) -> Message:
    """Cancel one; what is gone is cancelled."""
    campaign = proof.campaign(work, work.look())
    event = int(work.text("event", "0"))
    gone = event not in {each.id for each in _sessions(work, campaign)}
    if work.is_first and gone:
        raise StoppedError(say("There is no such session any more."))
    work.begin(begun=gone)
    if not gone:
        work.discord.delete(f"/guilds/{work.job.guild_id}/scheduled-events/{event}")
    return Message(say("That session of **{campaign}** is cancelled.", campaign=campaign.shown))


def _check_may_plan(server: Server) -> None:
    """Raise MissingPermissionsError where the bot may make no events, which is the least it needs for other things."""
    if not server.bits & CREATE_EVENTS:
        raise lacks([say("Create Events")])


def _voice(campaign: Campaign) -> Channel:
    """Return the voice channel that players are in; raise StoppedError if there is none."""
    there = [each for each in campaign.channels if each.type == VOICE]
    open_ = [each for each in there if each.allows(campaign.role.id, VIEW_CHANNEL)]
    if not there:
        raise StoppedError(
            say("**{campaign}** has no voice channel, and a session needs one.", campaign=campaign.shown)
        )
    return min(open_ or there, key=lambda each: each.position)


def _when(seconds: int) -> str:
    """Return a moment that every reader sees in their own time, and how far off it is."""
    return f"<t:{seconds}:F> (<t:{seconds}:R>)"


def _mark(work: Work) -> str:
    return f"Channelwright {work.job.interaction_id}"


def _numbered(work: Work, campaign: Campaign, number: int) -> Session:
    planned = _sessions(work, campaign)
    if number > len(planned):
        raise StoppedError(
            say(
                "**{campaign}** has {count} sessions. `/campaign sessions` lists them.",
                campaign=campaign.shown,
                count=len(planned),
            )
        )
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
    rule = raw.get("recurrence_rule")
    repeat = session_time.word(rule) if rule else session_time.ONCE
    description = raw.get("description") or ""
    return Session(int(raw["id"]), int(raw["channel_id"]), start, rule is not None, repeat, description)
