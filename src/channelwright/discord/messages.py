"""What Discord's refusals mean, in words for those who can do something about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.discord.discord_api import RefusedError
from channelwright.discord.server import MAX_CHANNELS, MAX_IN_CATEGORY, MAX_ROLES
from channelwright.permission_bits import invitation
from channelwright.stopped import MissingPermissionsError

if TYPE_CHECKING:
    from channelwright.jobs import Job

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
MEANINGS = {
    10003: "The channel is gone.",
    10004: "I am not in this server any longer. Invite me again.",
    10007: "They are not in this server.",
    10011: "The role is gone.",
    10013: "There is no such user.",
    20031: "The name holds words that Discord does not allow.",
    30005: f"This server has {MAX_ROLES} roles, and Discord takes no more.",
    30013: f"This server has {MAX_CHANNELS} channels, some of which I may not see, and Discord takes no more.",
    50001: "I am shut out there: give me View Channel, Manage Channels and Connect in the permissions of the category "
    "and its channels.",
    50013: "Discord says that I lack a permission. My role must have View Channels, Manage Channels, Manage Roles and "
    "Connect, the category must not take them from me, and my role must stand above the campaign's.",
    60003: "This server demands two-factor authentication, and the account that owns me has none.",
}
NOT_IN_SERVER, NO_ACCESS, MISSING_PERMISSIONS = 10004, 50001, 50013


def meaning(refusal: RefusedError) -> str:
    """Say what a refusal means; what is not known is shown as Discord put it."""
    if "CHANNEL_PARENT_MAX_CHANNELS" in refusal.at("parent_id"):
        return f"The category has {MAX_IN_CATEGORY} channels, and Discord takes no more."
    if _is_out(refusal):
        return MEANINGS[NOT_IN_SERVER]
    return MEANINGS.get(refusal.code, f"Discord refused: {refusal.words or 'no reason given'} ({refusal.code}).")


def _is_out(refusal: RefusedError) -> bool:
    """Tell whether the bot is no member of the server."""
    return refusal.code == NOT_IN_SERVER or (refusal.code == NO_ACCESS and refusal.route.startswith("GET guilds"))


def reason(error: Exception, job: Job) -> str:
    """Say why something could not be done, with the invitation that gives what is missing."""
    text = meaning(error) if isinstance(error, RefusedError) else str(error)
    lacks = isinstance(error, MissingPermissionsError) or (
        isinstance(error, RefusedError) and (_is_out(error) or error.code == MISSING_PERMISSIONS)
    )
    link = invitation(job.application_id, job.guild_id)
    return f"{text}\n[Invite me again with all of them]({link}): nothing else changes." if lacks else text
