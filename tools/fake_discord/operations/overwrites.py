"""Permission overwrites: set and remove one, and what happens to the channels below a category."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tools.fake_discord.operations import access
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.channel_form import need_target, read_overwrite
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import Permission
from tools.fake_discord.world.state import CATEGORY

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.state import Channel, Guild, Overwrite


def with_overwrites(guild: Guild, channel: Channel, overwrites: tuple[Overwrite, ...]) -> Guild:
    """Give a channel other overwrites; the channels of a category that were synced with it stay so."""
    followers = [each for each in guild.children(channel.id) if channel.type == CATEGORY and each.synced_with(channel)]
    for each in (channel, *followers):
        guild = guild.with_channel(replace(each, overwrites=overwrites))
    return guild


def set_channel_permission_overwrite(call: Call) -> Answer:
    guild, channel, member = access.channel_at(call)
    access.need_in_channel(call, guild, member, channel, Permission.MANAGE_ROLES)
    form = Form(call.body)
    overwrite = read_overwrite(form, call.path["overwrite_id"])
    form.close()
    need_target(overwrite, guild, call.world)
    access.need_to_hold(access.grantable_in(guild, member, channel), overwrite.allow | overwrite.deny)
    others = tuple(each for each in channel.overwrites if each.id != overwrite.id)
    call.world.keep(with_overwrites(guild, channel, (*others, overwrite)))
    call.audit(channel.id)
    return Answer(204)


def delete_channel_permission_overwrite(call: Call) -> Answer:
    guild, channel, member = access.channel_at(call)
    access.need_in_channel(call, guild, member, channel, Permission.MANAGE_ROLES)
    others = tuple(each for each in channel.overwrites if each.id != call.path["overwrite_id"])
    if others == channel.overwrites:
        raise RefusalError(10009)
    call.world.keep(with_overwrites(guild, channel, others))
    call.audit(channel.id)
    return Answer(204)
