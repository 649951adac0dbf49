"""Channels: list, look at, create, change, delete (docs: resources/guild, resources/channel)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations import access
from tools.fake_discord.operations.overwrites import with_overwrites
from tools.fake_discord.operations.shapes import channel_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.channel_form import (
    CHANNELS_IN_GUILD,
    read_more,
    read_name,
    read_overwrites,
    read_parent,
    read_topic,
    read_type,
)
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import Permission, guild_permissions, sees
from tools.fake_discord.world.state import ANNOUNCEMENT, CATEGORY, TEXT, THREAD, Channel

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.state import Guild, Member, Overwrite


def list_guild_channels(call: Call) -> Answer:
    """List what the bot can view and nothing else, maybe outdated (docs: "Obfuscated Channels", since 2026-11-16)."""
    guild, _ = access.guild_at(call)
    seen = call.world.as_listed(guild.id)
    member = seen.members.get(call.application.bot.id) or access.bot_in(call, guild)
    listed = [each for each in seen.channels.values() if each.type != THREAD]
    shown = [each for each in listed if not call.world.hides_unseen_channels or sees(seen, member, each)]
    return Answer(200, [channel_json(each, guild.id) for each in shown])


def get_channel(call: Call) -> Answer:
    guild, channel, _ = access.channel_at(call)
    return Answer(200, channel_json(channel, guild.id))


def create_guild_channel(call: Call) -> Answer:
    """Create a channel; without overwrites of its own (absent, null or []) it takes those of its category."""
    guild, member = access.guild_at(call)
    form = Form(call.body)
    channel = _read_channel(call, form, guild)
    form.close()
    _need_to_create(call, guild, member, channel)
    if len(guild.channels) >= CHANNELS_IN_GUILD:
        raise RefusalError(30013)
    if channel.parent_id and not channel.overwrites:
        channel = replace(channel, overwrites=guild.channels[channel.parent_id].overwrites)
    channel = replace(channel, id=call.world.snowflakes.next(), position=_bottom(guild, channel))
    call.world.keep(guild.with_channel(channel))
    call.audit(channel.id)
    return Answer(201, channel_json(channel, guild.id))


def _read_channel(call: Call, form: Form, guild: Guild) -> Channel:
    kind = read_type(form, guild)
    return Channel(
        id="",
        type=kind,
        name=read_name(form, kind, call.world, required=True) or "",
        parent_id=read_parent(form, guild, kind),
        topic=read_topic(form, kind),
        more=read_more(form, kind),
        overwrites=read_overwrites(form, guild, call.world),
    )


def _need_to_create(call: Call, guild: Guild, member: Member, channel: Channel) -> None:
    """Refuse without MANAGE_CHANNELS there, or overwrites that are beyond the bot. Says nothing when all is well."""
    if channel.parent_id:
        access.need_in_channel(call, guild, member, guild.channels[channel.parent_id], Permission.MANAGE_CHANNELS)
    else:
        access.need_in_guild(call, guild, member, Permission.MANAGE_CHANNELS)
    if channel.overwrites:
        access.need_in_guild(call, guild, member, Permission.MANAGE_ROLES)
        _need_to_hold(access.grantable_at_creation(guild, member), channel.overwrites)


def _need_to_hold(holds: int, overwrites: tuple[Overwrite, ...]) -> None:
    for each in overwrites:
        access.need_to_hold(holds, each.allow | each.deny)


def _bottom(guild: Guild, channel: Channel) -> int:
    """Return the position below all channels of its sort: text-like, voice-like and categories are ordered apart."""

    def sort(each: Channel) -> str:
        return "category" if each.type == CATEGORY else "voice" if each.is_voice else "text"

    return max((each.position for each in guild.channels.values() if sort(each) == sort(channel)), default=-1) + 1


def update_channel(call: Call) -> Answer:
    guild, channel, member = access.channel_at(call)
    access.need_in_channel(call, guild, member, channel, Permission.MANAGE_CHANNELS)
    form = Form(call.body)
    changed = _read_changes(call, form, guild, channel)
    form.close()
    if changed.parent_id and changed.parent_id != channel.parent_id:
        parent = guild.channels[changed.parent_id]
        access.need_in_channel(call, guild, member, parent, Permission.MANAGE_CHANNELS)
    if form.body.get("permission_overwrites") is not None:
        access.need_in_channel(call, guild, member, channel, Permission.MANAGE_ROLES)
        overwrites = read_overwrites(form, guild, call.world)
        _need_to_hold(access.grantable_in(guild, member, channel), overwrites)
        guild = with_overwrites(guild, channel, overwrites)
        changed = replace(changed, overwrites=overwrites)
    call.world.keep(guild.with_channel(changed))
    call.audit(channel.id)
    return Answer(200, channel_json(changed, guild.id))


def _read_changes(call: Call, form: Form, guild: Guild, channel: Channel) -> Channel:
    kind = _read_new_type(form, guild, channel)
    changes: dict[str, Any] = {"type": kind, "more": {**channel.more, **read_more(form, kind)}}
    if "name" in form:
        changes["name"] = read_name(form, kind, call.world, required=True) or channel.name
    if "topic" in form:
        changes["topic"] = read_topic(form, kind)
    if "parent_id" in form:
        changes["parent_id"] = read_parent(form, guild, kind, channel.id)
    if form.body.get("position") is not None:
        changes["position"] = form.number("position", 0, 10_000)
    return replace(channel, **changes)


def _read_new_type(form: Form, guild: Guild, channel: Channel) -> int:
    """Only text and announcement channels change into one another, and only where there is NEWS."""
    if form.body.get("type") in (None, channel.type):
        return channel.type
    kind = read_type(form, guild)
    if {kind, channel.type} != {TEXT, ANNOUNCEMENT}:
        form.wrong("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{channel.type}}}.")
    return kind


def delete_channel(call: Call) -> Answer:
    """Delete for good. A category's channels stay, without parent; what Community guilds need cannot go (50074)."""
    guild, channel, member = access.channel_at(call)
    access.need_in_channel(call, guild, member, channel, Permission.MANAGE_CHANNELS)
    if channel.id in {guild.rules_channel_id, guild.public_updates_channel_id}:
        raise RefusalError(50074)
    call.world.drop_channel(channel.id)
    call.audit(channel.id)
    return Answer(200, channel_json(channel, guild.id))


def bulk_update_guild_channels(call: Call) -> Answer:
    """Move channels; at most one of them to another parent (40009), maybe taking over its overwrites."""
    guild, member = access.guild_at(call)
    access.need(call, guild, guild_permissions(guild, member), Permission.MANAGE_CHANNELS)
    form, rows = Form.rows(call.body, CHANNELS_IN_GUILD)
    moves = [(each, each.snowflake("id", required=True) or "") for each in rows]
    form.close()
    if len([each for each, _ in moves if "parent_id" in each]) > 1:
        raise RefusalError(40009)
    for each, channel_id in moves:
        guild = _moved(each, guild, channel_id)
    form.close()
    call.world.keep(guild)
    return Answer(204)


def _moved(form: Form, guild: Guild, channel_id: str) -> Guild:
    channel = guild.channels.get(channel_id)
    if channel is None:
        raise RefusalError(10003)
    position = form.number("position", 0, 10_000, default=channel.position)
    parent_id = read_parent(form, guild, channel.type, channel.id) if "parent_id" in form else channel.parent_id
    parent = guild.channels.get(parent_id or "")
    overwrites = parent.overwrites if parent and form.flag("lock_permissions") else channel.overwrites
    return guild.with_channel(replace(channel, position=position or 0, parent_id=parent_id, overwrites=overwrites))
