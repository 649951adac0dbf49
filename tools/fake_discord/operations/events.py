"""Scheduled events in voice channels: list, plan, move, cancel (docs: resources/guild-scheduled-event)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations import access
from tools.fake_discord.operations.shapes import user_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import Permission, permissions_in
from tools.fake_discord.world.state import VOICE

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.state import Channel, Guild, Member, User

MOST = 100
WEEKLY, MONTHLY = 2, 1


@dataclass(frozen=True)
class ScheduledEvent:
    """`start` is in seconds since 1970; `recurrence` is Discord's rule, None where it happens once."""

    id: str
    guild_id: str
    channel_id: str
    creator: User
    name: str
    description: str
    start: float
    recurrence: dict[str, Any] | None = None


def list_guild_scheduled_events(call: Call) -> Answer:
    """List the events of the channels that the bot sees."""
    guild, member = access.guild_at(call)
    return Answer(200, [_json(call, each) for each in _there(call, guild) if _seen(guild, member, each)])


def create_guild_scheduled_event(call: Call) -> Answer:
    guild, member = access.guild_at(call)
    form = Form(call.body)
    channel = _read_channel(form, guild)
    event = _read(call, form, ScheduledEvent("", guild.id, channel.id, member.user, "", "", 0.0))
    form.close()
    _need_to_plan(call, guild, member, channel)
    if len(_there(call, guild)) >= MOST:
        raise RefusalError(30038)
    event = replace(event, id=call.world.snowflakes.next())
    call.world.events[event.id] = event
    call.world.bell.ring()
    call.audit(event.id)
    return Answer(200, _json(call, event))


def update_guild_scheduled_event(call: Call) -> Answer:
    guild, member, event = _event_at(call)
    form = Form(call.body)
    changed = _read(call, form, event)
    form.close()
    _need_to_plan(call, guild, member, guild.channels[event.channel_id])
    call.world.events[event.id] = changed
    call.audit(event.id)
    return Answer(200, _json(call, changed))


def delete_guild_scheduled_event(call: Call) -> Answer:
    guild, member, event = _event_at(call)
    _need_to_plan(call, guild, member, guild.channels[event.channel_id])
    del call.world.events[event.id]
    call.audit(event.id)
    return Answer(204)


def _event_at(call: Call) -> tuple[Guild, Member, ScheduledEvent]:
    guild, member = access.guild_at(call)
    event = call.world.events.get(call.path["guild_scheduled_event_id"])
    if event is None or event.guild_id != guild.id or event.channel_id not in guild.channels:
        raise RefusalError(10070)
    return guild, member, event


def _there(call: Call, guild: Guild) -> list[ScheduledEvent]:
    """Return the events that have not ended: with its channel an event goes, and a past one is over."""
    now = call.world.clock.now()
    own = [each for each in call.world.events.values() if each.guild_id == guild.id]
    return [each for each in own if each.channel_id in guild.channels and (each.start > now or each.recurrence)]


def _seen(guild: Guild, member: Member, event: ScheduledEvent) -> bool:
    return bool(permissions_in(guild, member, guild.channels[event.channel_id]) & Permission.VIEW_CHANNEL)


def _need_to_plan(call: Call, guild: Guild, member: Member, channel: Channel) -> None:
    """Refuse without View Channel, Connect and Create Events there (docs: "Permissions Requirements")."""
    for permission in (Permission.VIEW_CHANNEL, Permission.CONNECT, Permission.CREATE_EVENTS):
        access.need_in_channel(call, guild, member, channel, permission)


def _read_channel(form: Form, guild: Guild) -> Channel:
    form.choice("entity_type", {2}, required=True)
    form.choice("privacy_level", {2}, required=True)
    channel = guild.channels.get(form.snowflake("channel_id", required=True) or "")
    if channel is None or channel.type != VOICE:
        form.wrong("channel_id", "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", "Not a voice channel of this guild")
        form.close()
    assert channel is not None  # noqa: S101 - the form is closed above
    return channel


def _read(call: Call, form: Form, event: ScheduledEvent) -> ScheduledEvent:
    """Read what may change; times are ISO 8601 with an offset, and ahead."""
    name = form.text("name", 1, 100, required=not event.name) or event.name
    description = form.text("description", 0, 1000) or event.description
    start = event.start
    if (text := form.text("scheduled_start_time", 1, 40, required=not event.start)) is not None:
        start = datetime.fromisoformat(text).timestamp()
        if start <= call.world.clock.now():
            form.wrong("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule in the past.")
    rule = form.body.get("recurrence_rule", event.recurrence)
    if rule is not None:
        _check_rule(Form(rule, parent=form, at=("recurrence_rule",)))
    return replace(event, name=name, description=description, start=start, recurrence=rule)


def _check_rule(rule: Form) -> None:
    """Refuse what the docs call invalid: weekly on one day and every one or two weeks, monthly on one n-th weekday."""
    rule.text("start", 1, 40, required=True)
    frequency = rule.choice("frequency", {0, 1, 2, 3}, required=True)
    interval = rule.body.get("interval")
    if frequency == WEEKLY and (len(rule.body.get("by_weekday") or []) != 1 or interval not in {1, 2}):
        rule.wrong("by_weekday", "GUILD_SCHEDULED_EVENT_RECURRENCE_RULE_INVALID", "One day, every one or two weeks.")
    if frequency == MONTHLY and (len(rule.body.get("by_n_weekday") or []) != 1 or interval != 1):
        rule.wrong("by_n_weekday", "GUILD_SCHEDULED_EVENT_RECURRENCE_RULE_INVALID", "One day of one week, monthly.")


def _json(call: Call, event: ScheduledEvent) -> dict[str, Any]:
    empty = dict.fromkeys(("end", "by_weekday", "by_n_weekday", "by_month", "by_month_day", "by_year_day", "count"))
    return {
        "id": event.id,
        "guild_id": event.guild_id,
        "channel_id": event.channel_id,
        "creator_id": event.creator.id,
        "creator": user_json(event.creator),
        "name": event.name,
        "description": event.description or None,
        "image": None,
        "scheduled_start_time": call.world.clock.stamp(event.start),
        "scheduled_end_time": None,
        "status": 1,
        "entity_type": 2,
        "entity_id": None,
        "entity_metadata": None,
        "recurrence_rule": None if event.recurrence is None else {**empty, **event.recurrence},
        "privacy_level": 2,
        "guild_scheduled_event_exceptions": [],
        "user_count": 0,
    }
