"""Discord's permission arithmetic, as documented in topics/permissions ("Permission Hierarchy", "Overwrites")."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

from tools.fake_discord.world.state import THREAD

if TYPE_CHECKING:
    from tools.fake_discord.world.state import Channel, Guild, Member, Overwrite


class Permission(IntFlag):
    """The bits that a campaign can meet. Others pass through the arithmetic as plain numbers."""

    CREATE_INSTANT_INVITE = 1 << 0
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    CREATE_EVENTS = 1 << 44
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL: int = sum(1 << bit for bit in (*range(47), *range(48, 53)))
"""Every bit in use: 0 to 46 and 48 to 52."""

_SILENT = Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES | Permission.ATTACH_FILES | Permission.EMBED_LINKS
_VOICE = frozenset({2, 13})


def guild_permissions(guild: Guild, member: Member) -> int:
    """Return what a member may do before any channel has its say: everyone's bits and those of all its roles."""
    if member.user.id == guild.owner_id:
        return ALL
    bits = guild.roles[guild.id].permissions
    for role in member.roles:
        bits |= guild.roles[role].permissions
    return ALL if bits & Permission.ADMINISTRATOR else bits


def permissions_in(guild: Guild, member: Member, channel: Channel) -> int:
    """Return what a member may do in a channel: overwrites and implicit denials included.

    Without VIEW_CHANNEL nothing is left; in a voice channel without CONNECT, only seeing it.
    """
    base = guild_permissions(guild, member)
    if base & Permission.ADMINISTRATOR:
        return ALL
    if channel.type == THREAD and channel.parent_id:
        channel = guild.channels[channel.parent_id]
    return _implied(overwritten(base, guild, member, channel.overwrites), channel.type)


def overwritten(base: int, guild: Guild, member: Member, overwrites: tuple[Overwrite, ...]) -> int:
    """Apply overwrites in the documented order: everyone, then all roles together (denials first), then the member."""
    by_id = {each.id: each for each in overwrites}
    if everyone := by_id.get(guild.id):
        base = (base & ~everyone.deny) | everyone.allow
    allow = deny = 0
    for role in member.roles:
        if each := by_id.get(role):
            allow |= each.allow
            deny |= each.deny
    base = (base & ~deny) | allow
    if own := by_id.get(member.user.id):
        base = (base & ~own.deny) | own.allow
    return base


def _implied(bits: int, kind: int) -> int:
    """Take what follows from a denial ("Implicit Permissions"; for voice, Discord's issue 1522)."""
    if not bits & Permission.VIEW_CHANNEL:
        return 0
    if kind in _VOICE and not bits & Permission.CONNECT:
        return int(Permission.VIEW_CHANNEL)
    return bits if bits & Permission.SEND_MESSAGES else bits & ~_SILENT


def sees(guild: Guild, member: Member, channel: Channel) -> bool:
    """Tell whether a member has the channel in its list; a category shows when one of its channels does."""
    if permissions_in(guild, member, channel) & Permission.VIEW_CHANNEL:
        return True
    return any(permissions_in(guild, member, child) & Permission.VIEW_CHANNEL for child in guild.children(channel.id))


def top_position(guild: Guild, member: Member) -> tuple[int, int]:
    """Return the rank of a member's highest role; of two at one position the older (lower id) is higher."""
    return max((guild.roles[role].rank for role in member.roles), default=guild.roles[guild.id].rank)


def outranks(guild: Guild, member: Member, role_id: str) -> bool:
    """Tell whether a member may manage and assign a role: its highest role is above it, or it owns the guild."""
    return member.user.id == guild.owner_id or top_position(guild, member) > guild.roles[role_id].rank
