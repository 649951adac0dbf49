"""Discord's permission bits that a campaign meets, and those that the bot asks for.

https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
"""

from __future__ import annotations

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
ADD_REACTIONS = 1 << 6
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
CONNECT = 1 << 20
SPEAK = 1 << 21
MANAGE_ROLES = 1 << 28
USE_APPLICATION_COMMANDS = 1 << 31
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
# Bits 0 to 46 and 48 to 52 are in use.
ALL: int = sum(1 << bit for bit in (*range(47), *range(48, 53)))

PRIORITY_SPEAKER = 1 << 8
MANAGE_MESSAGES = 1 << 13
MENTION_EVERYONE = 1 << 17
MUTE_MEMBERS = 1 << 22
MOVE_MEMBERS = 1 << 24
MANAGE_THREADS = 1 << 34
CREATE_EVENTS = 1 << 44
PIN_MESSAGES = 1 << 51
BYPASS_SLOWMODE = 1 << 52

# Without these a campaign can be neither made nor looked after.
NEEDED = {
    VIEW_CHANNEL: "View Channels",
    MANAGE_CHANNELS: "Manage Channels",
    MANAGE_ROLES: "Manage Roles",
    CONNECT: "Connect",
    # For the note by which the bot knows its campaigns.
    SEND_MESSAGES: "Send Messages",
    READ_MESSAGE_HISTORY: "Read Message History",
}
# What players get where the server does not give it to everyone; the bot must hold what it hands out.
PLAYING = (
    SEND_MESSAGES
    | SEND_MESSAGES_IN_THREADS
    | CREATE_PUBLIC_THREADS
    | EMBED_LINKS
    | ATTACH_FILES
    | ADD_REACTIONS
    | READ_MESSAGE_HISTORY
    | CONNECT
    | SPEAK
    | USE_APPLICATION_COMMANDS
)
# What changes a channel, and is taken from the players of an archived campaign.
WRITING = (
    SEND_MESSAGES
    | SEND_MESSAGES_IN_THREADS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | ADD_REACTIONS
    | CONNECT
    | SPEAK
)
# What players cannot do where they are only to read: they may still react, and listen.
TALKING = SEND_MESSAGES | SEND_MESSAGES_IN_THREADS | CREATE_PUBLIC_THREADS | CREATE_PRIVATE_THREADS | SPEAK
# What a GM gets besides, in the own campaign alone, as far as the bot has it to give. To pin, to plan events and to
# write without slow mode have had bits of their own, and are part of no other, since 2026-02-23:
# https://docs.discord.com/developers/change-log
RUNNING = (
    MANAGE_MESSAGES
    | PIN_MESSAGES
    | MANAGE_THREADS
    | MENTION_EVERYONE
    | MUTE_MEMBERS
    | MOVE_MEMBERS
    | PRIORITY_SPEAKER
    | CREATE_EVENTS
    | BYPASS_SLOWMODE
)
INVITED = sum(NEEDED) | PLAYING | RUNNING


def invitation(application_id: str, guild_id: str) -> str:
    """Return the link that invites the bot, or invites it again, with all the permissions it can use."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application_id}&scope=bot%20applications.commands"
        f"&permissions={INVITED}&guild_id={guild_id}&disable_guild_select=true"
    )
