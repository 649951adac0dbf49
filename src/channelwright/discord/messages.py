"""What Discord's refusals mean, in words for those who can do something about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.discord.discord_api import RefusedError
from channelwright.discord.server import (
    ANNOUNCEMENT,
    CATEGORY,
    FORUM,
    MAX_CHANNELS,
    MAX_EVENTS,
    MAX_IN_CATEGORY,
    MAX_ROLES,
    STAGE,
    TEXT,
    VOICE,
)
from channelwright.discord.text import listed
from channelwright.language import say
from channelwright.permission_bits import NEEDED, invitation
from channelwright.stopped import MissingPermissionsError

if TYPE_CHECKING:
    from channelwright.jobs import Job

NOT_IN_SERVER, NO_ACCESS, MISSING_PERMISSIONS = 10004, 50001, 50013


def meaning(refusal: RefusedError) -> str:
    """Say what a refusal means; what is not known is shown as Discord put it.

    https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
    """
    if "CHANNEL_PARENT_MAX_CHANNELS" in refusal.at("parent_id"):
        return say("The category has {most} channels, and Discord takes no more.", most=MAX_IN_CATEGORY)
    code = NOT_IN_SERVER if _is_out(refusal) else refusal.code
    words = refusal.words or say("no reason given")
    return _meanings().get(code) or say("Discord refused: {words} ({code}).", words=words, code=code)


def _meanings() -> dict[int, str]:
    return {
        10003: say("The channel is gone."),
        NOT_IN_SERVER: say("I am not in this server any longer. Invite me again."),
        10007: say("They are not in this server."),
        10008: say("The message is gone."),
        10011: say("The role is gone."),
        10013: say("There is no such user."),
        10070: say("There is no such session any more."),
        20031: say("The name holds words that Discord does not allow."),
        30005: say("This server has {most} roles, and Discord takes no more.", most=MAX_ROLES),
        30013: say(
            "This server has {most} channels, some of which I may not see, and Discord takes no more.",
            most=MAX_CHANNELS,
        ),
        30038: say("This server has {most} sessions and other events, and Discord takes no more.", most=MAX_EVENTS),
        NO_ACCESS: say(
            "I am shut out there: give me View Channel, Manage Channels and Connect in the permissions of the category "
            "and its channels."
        ),
        MISSING_PERMISSIONS: say(
            "Discord says that I lack a permission. My role must have View Channels, Manage Channels, Manage Roles and "
            "Connect, the category must not take them from me, and my role must stand above the campaign's."
        ),
        60003: say("This server demands two-factor authentication, and the account that owns me has none."),
        50074: say("Discord keeps it: it is a rules or updates channel of this Community server"),
    }


def lacking(bits: int) -> list[str]:
    """Name what the bot needs and does not have, in Discord's words."""
    return [say(name) for bit, name in NEEDED.items() if not bits & bit]


def lacks(names: list[str]) -> MissingPermissionsError:
    """Return the refusal that names permissions which the bot lacks."""
    return MissingPermissionsError(say("I lack {permissions} in this server.", permissions=listed(names)))


def kind(number: int) -> str:
    """Return the type of a channel in words."""
    return {
        TEXT: say("text"),
        VOICE: say("voice"),
        CATEGORY: say("category"),
        ANNOUNCEMENT: say("announcement"),
        STAGE: say("stage"),
        FORUM: say("forum"),
    }[number]


def _is_out(refusal: RefusedError) -> bool:
    """Tell whether the bot is no member of the server."""
    return refusal.code == NOT_IN_SERVER or (refusal.code == NO_ACCESS and refusal.route.startswith("GET guilds"))


def reason(error: Exception, job: Job) -> str:
    """Say why something could not be done, with the invitation that gives what is missing."""
    text = meaning(error) if isinstance(error, RefusedError) else str(error)
    is_lacking = isinstance(error, MissingPermissionsError) or (
        isinstance(error, RefusedError) and (_is_out(error) or error.code == MISSING_PERMISSIONS)
    )
    link = invitation(job.application_id, job.guild_id)
    invited = say("[Invite me again with all of them]({link}): nothing else changes.", link=link)
    return f"{text}\n{invited}" if is_lacking else text
