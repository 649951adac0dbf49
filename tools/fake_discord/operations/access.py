"""Whether the bot may: each question either passes or refuses, with the code that Discord gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import ALL, Permission, guild_permissions, outranks, permissions_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.state import Channel, Guild, Member, Overwrite, Role

_NEEDS_2FA = (
    Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_GUILD
    | Permission.ADMINISTRATOR
)


def guild_at(call: Call) -> tuple[Guild, Member]:
    """Return the guild of the path and the bot in it: 10004 if there is none, 50001 if the bot is not in it."""
    guild = call.world.guilds.get(call.path["guild_id"])
    if guild is None:
        raise RefusalError(10004)
    return guild, bot_in(call, guild)


def bot_in(call: Call, guild: Guild) -> Member:
    member = guild.members.get(call.application.bot.id)
    if member is None:
        raise RefusalError(50001)
    return member


def channel_at(call: Call) -> tuple[Guild, Channel, Member]:
    """Return the channel of the path: 10003 if there is none, 50001 if the bot cannot view it.

    A voice channel is out of reach without CONNECT as well, even to one who manages channels (Discord's issue 1522).
    """
    guild = call.world.guild_of(call.path["channel_id"])
    if guild is None:
        raise RefusalError(10003)
    channel = guild.channels[call.path["channel_id"]]
    member = bot_in(call, guild)
    bits = permissions_in(guild, member, channel)
    if not bits & Permission.VIEW_CHANNEL or (channel.is_voice and not bits & Permission.CONNECT):
        raise RefusalError(50001)
    return guild, channel, member


def need(call: Call, guild: Guild, bits: int, permission: Permission) -> None:
    """Refuse with 50013 without the permission; with 60003 if the server wants two factors and the owner has one."""
    if not bits & permission:
        raise RefusalError(50013)
    if guild.mfa_level and permission & _NEEDS_2FA and not call.application.owner_has_2fa:
        raise RefusalError(60003)


def need_in_guild(call: Call, guild: Guild, member: Member, permission: Permission) -> None:
    need(call, guild, guild_permissions(guild, member), permission)


def need_in_channel(call: Call, guild: Guild, member: Member, channel: Channel, permission: Permission) -> None:
    need(call, guild, permissions_in(guild, member, channel), permission)


def need_role_below(guild: Guild, member: Member, role: Role) -> None:
    """Refuse what is out of the bot's hands: managed roles and @everyone (50028), roles not below its own (50013)."""
    if role.managed or role.id == guild.id:
        raise RefusalError(50028)
    if not outranks(guild, member, role.id):
        raise RefusalError(50013)


def need_to_hold(holds: int, wanted: int) -> None:
    """Refuse to hand out bits that the bot does not have itself."""
    if wanted & ~holds:
        raise RefusalError(50013)


def grantable_at_creation(guild: Guild, member: Member) -> int:
    """Return the bits that overwrites of a new channel may name: the bot's own in the guild, without MANAGE_ROLES.

    Only an administrator may set MANAGE_ROLES in a channel (docs: resources/guild, "Create Guild Channel").
    """
    own = guild_permissions(guild, member)
    return ALL if own & Permission.ADMINISTRATOR else own & ~Permission.MANAGE_ROLES


def grantable_in(guild: Guild, member: Member, channel: Channel) -> int:
    """Return the bits that overwrites of an existing channel may name (docs: resources/channel, "Modify Channel").

    They are the bot's in the parent, or in the guild where there is none; all of them if the channel itself gives
    the bot MANAGE_ROLES.
    """
    own = guild_permissions(guild, member)
    if own & Permission.ADMINISTRATOR or _given_manage_roles(member, channel.overwrites):
        return ALL
    if channel.parent_id:
        own = permissions_in(guild, member, guild.channels[channel.parent_id])
    return own & ~Permission.MANAGE_ROLES


def _given_manage_roles(member: Member, overwrites: Iterable[Overwrite]) -> bool:
    own = {member.user.id, *member.roles}
    return any(each.id in own and each.allow & Permission.MANAGE_ROLES for each in overwrites)
