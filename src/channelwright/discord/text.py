"""Text as Discord's messages hold it: joined, cut, and linked.

https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from channelwright.discord.permissions import ROLE
from channelwright.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.discord.server import Channel

MAX_CONTENT = 2000
# What a message gives a meaning of its own: emphasis, code, spoilers, mentions, links under other words, addresses.
_SIGNS = re.compile(r"[\\*_~`|<\[]|:(?=//)")
# So that a list leaves room for what is said around it.
MOST_LISTED = 500


def plain(name: str) -> str:
    """Return a name as a message shows it sign by sign: people choose names, and the message is the bot's."""
    return _SIGNS.sub(r"\\\g<0>", name)


def listed(names: list[str], most: int = 10) -> str:
    """Join names for a sentence, and count what is too many."""
    shown = names[:most] + ([say("{count} more", count=len(names) - most)] if len(names) > most else [])
    if len(shown) < 2:
        return "".join(shown)
    return say("{names} and {last}", names=", ".join(shown[:-1]), last=shown[-1])


def linked(channels: Sequence[Channel], most: int = 10) -> str:
    """Join channels for a sentence: with their names, or, where these take too much room, by their links alone."""
    named = listed([each.named for each in channels], most)
    return named if len(named) <= MOST_LISTED else listed([each.link for each in channels], most)


def mention(target: tuple[int, int]) -> str:
    """Return a role or member as Discord shows it; nobody is pinged, because no message of ours may."""
    id_, kind = target
    return f"<@&{id_}>" if kind == ROLE else f"<@{id_}>"


def paged(lines: Sequence[str], most: int) -> list[list[str]]:
    """Divide lines into pages of at most `most` characters each, or of one line that is longer."""
    pages: list[list[str]] = []
    for line in lines:
        if not pages or len("\n".join([*pages[-1], line])) > most:
            pages.append([])
        pages[-1].append(line)
    return pages


def progress_bar(done: int, of: int, width: int = 12) -> str:
    """Say in a bar and in words how far it is: nobody has to see the bar to know."""
    full = done * width // max(of, 1)
    return f"`[{'#' * full}{'-' * (width - full)}]` " + say("{done} of {of}", done=done, of=of)


def fitted(lines: Sequence[str], most: int = MAX_CONTENT) -> str:
    """Join lines into at most `most` characters: what does not fit is left out, and the last line says how many."""
    whole = "\n".join(lines)
    if len(whole) <= most:
        return whole
    for kept in range(len(lines) - 1, 0, -1):
        text = "\n".join([*lines[:kept], say("… and {count} more", count=len(lines) - kept)])
        if len(text) <= most:
            return text
    return f"{whole[: max(most - 1, 0)]}…"[: max(most, 0)]  # not even the first line fits
