"""Discord's JSON: what a user, a role, a channel, a message look like in an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.world.clock import made_at
from tools.fake_discord.world.state import CATEGORY, FORUM, MEDIA, THREAD

if TYPE_CHECKING:
    from tools.fake_discord.operations.messages import Message
    from tools.fake_discord.world.clock import Clock
    from tools.fake_discord.world.state import Channel, Guild, Member, Overwrite, Role, User

Json = dict[str, Any]


def user_json(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.username,
        "discriminator": "0000",
        "global_name": None if user.bot else user.username.title(),
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def role_json(role: Role) -> Json:
    colors = {"primary_color": role.color, "secondary_color": None, "tertiary_color": None}
    shape = {
        "id": role.id,
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "colors": colors,
        "hoist": role.hoist,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return shape | ({"tags": {"bot_id": role.bot_id}} if role.bot_id else {})


def overwrite_json(overwrite: Overwrite) -> Json:
    return {
        "id": overwrite.id,
        "type": overwrite.type,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def channel_json(channel: Channel, guild_id: str) -> Json:
    shape = {
        "id": channel.id,
        "type": channel.type,
        "flags": 0,
        "guild_id": guild_id,
        "name": channel.name,
        "position": channel.position,
        "parent_id": channel.parent_id,
        "permission_overwrites": [overwrite_json(each) for each in channel.overwrites],
    }
    if channel.type == CATEGORY:
        return shape
    if channel.type == THREAD:
        del shape["permission_overwrites"], shape["position"]
        return shape | _thread_json()
    shape |= {"nsfw": False, "rate_limit_per_user": 0, "last_message_id": channel.last_message_id}
    if channel.is_voice:
        shape |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    else:
        shape |= {"topic": channel.topic}
    if channel.type in {FORUM, MEDIA}:
        shape |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return shape | dict(channel.more)


def _thread_json() -> Json:
    """Give what a thread has that nobody was in yet."""
    stamp = "2026-11-25T12:00:00+00:00"
    metadata = {"archived": False, "archive_timestamp": stamp, "auto_archive_duration": 1440, "locked": False}
    counts = dict.fromkeys(("message_count", "member_count", "total_message_sent"), 0)
    return {"owner_id": "1", "thread_metadata": metadata, "last_message_id": None, **counts}


def member_json(member: Member, clock: Clock) -> Json:
    return {
        "user": user_json(member.user),
        "roles": sorted(member.roles, key=int),
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": clock.stamp(member.joined_at),
        "premium_since": None,
        "communication_disabled_until": clock.stamp(member.timed_out_until) if member.timed_out_until else None,
        "pending": False,
        "flags": 0,
        "mute": False,
        "deaf": False,
    }


def guild_json(guild: Guild) -> Json:
    """Give the keys of a guild that a bot may lean on, and the plain rest of them."""
    nothing = ("icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id")
    nowhere = ("afk_channel_id", "system_channel_id", "widget_channel_id", "safety_alerts_channel_id")
    return {
        **dict.fromkeys((*nothing, *nowhere, "vanity_url_code", "max_presences", "incidents_data")),
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "features": sorted(guild.features),
        "roles": [role_json(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "region": "deprecated",
        "preferred_locale": guild.locale,
        "mfa_level": guild.mfa_level,
        "rules_channel_id": guild.rules_channel_id,
        "public_updates_channel_id": guild.public_updates_channel_id,
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "max_members": 25_000_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "nsfw": False,
        "nsfw_level": 0,
    }


def message_json(message: Message, clock: Clock) -> Json:
    shape: Json = {
        "id": message.id,
        "channel_id": message.channel_id,
        "author": user_json(message.author),
        "type": message.type,
        "content": message.content,
        "timestamp": clock.stamp(made_at(message.id)),
        "edited_timestamp": None if message.edited_at is None else clock.stamp(message.edited_at),
        "tts": False,
        "pinned": message.pinned_at is not None,
        "mention_everyone": message.pinged.everyone,
        "mentions": [user_json(user) for user in message.pinged.users],
        "mention_roles": list(message.pinged.roles),
        "attachments": [],
        "embeds": list(message.embeds),
        "components": list(message.components),
        "flags": message.flags,
    }
    if message.application_id:
        shape |= {"webhook_id": message.application_id, "application_id": message.application_id}
    return shape | ({} if message.nonce is None else {"nonce": message.nonce})
