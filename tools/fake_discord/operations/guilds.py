"""The guild, its members, and who the bot is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.fake_discord.operations import access
from tools.fake_discord.operations.shapes import guild_json, member_json, user_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import guild_permissions

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call


def list_my_guilds(call: Call) -> Answer:
    """List the guilds that the bot is in; up to 200 at once, and all of them here."""
    bot_id = call.application.bot.id
    guilds = [guild for guild in call.world.guilds.values() if bot_id in guild.members]
    return Answer(
        200,
        [
            {
                "id": guild.id,
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner_id == bot_id,
                "permissions": str(guild_permissions(guild, guild.members[bot_id])),
                "features": sorted(guild.features),
            }
            for guild in guilds
        ],
    )


def get_guild(call: Call) -> Answer:
    guild, _ = access.guild_at(call)
    return Answer(200, guild_json(guild))


def get_guild_member(call: Call) -> Answer:
    """Return a member: 10007 for a user who is not one, 10013 for no user at all."""
    guild, _ = access.guild_at(call)
    member = guild.members.get(call.path["user_id"])
    if member is None:
        raise RefusalError(10007 if call.path["user_id"] in call.world.users else 10013)
    return Answer(200, member_json(member, call.world.clock))


def get_my_user(call: Call) -> Answer:
    own = {"mfa_enabled": True, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}
    return Answer(200, user_json(call.application.bot) | own)
