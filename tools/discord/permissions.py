"""Discord's permissions by their names: https://docs.discord.com/developers/topics/permissions."""

from __future__ import annotations

ADMINISTRATOR = 1 << 3
"""Has all the others."""

# Bit 0 first; bit 47 has no meaning.
_NAMES = (
    "Create Invite",
    "Kick Members",
    "Ban Members",
    "Administrator",
    "Manage Channels",
    "Manage Server",
    "Add Reactions",
    "View Audit Log",
    "Priority Speaker",
    "Video",
    "View Channels",
    "Send Messages",
    "Send Text-to-Speech Messages",
    "Manage Messages",
    "Embed Links",
    "Attach Files",
    "Read Message History",
    "Mention Everyone",
    "Use External Emojis",
    "View Server Insights",
    "Connect",
    "Speak",
    "Mute Members",
    "Deafen Members",
    "Move Members",
    "Use Voice Activity",
    "Change Nickname",
    "Manage Nicknames",
    "Manage Roles",
    "Manage Webhooks",
    "Manage Expressions",
    "Use Application Commands",
    "Request to Speak",
    "Manage Events",
    "Manage Threads",
    "Create Public Threads",
    "Create Private Threads",
    "Use External Stickers",
    "Send Messages in Threads",
    "Use Activities",
    "Timeout Members",
    "View Server Subscription Insights",
    "Use Soundboard",
    "Create Expressions",
    "Create Events",
    "Use External Sounds",
    "Send Voice Messages",
    "",
    "Set Voice Channel Status",
    "Create Polls",
    "Use External Apps",
    "Pin Messages",
    "Bypass Slowmode",
)


def missing(wanted: int, has: int) -> tuple[str, ...]:
    """Name the permissions that are wanted and not there, as Discord's client does; a bit without a name by its number.

    >>> missing(0b1010000, 0b1000000)
    ('Manage Channels',)
    """
    if has & ADMINISTRATOR:
        return ()
    lacking = wanted & ~has
    bits = (bit for bit in range(lacking.bit_length()) if lacking >> bit & 1)
    return tuple((_NAMES[bit : bit + 1] or ("",))[0] or f"permission {bit}" for bit in bits)
