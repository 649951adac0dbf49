"""What Discord makes of a channel's name."""

from __future__ import annotations

import re

from tools.fake_discord.world.state import ANNOUNCEMENT, FORUM, MEDIA, TEXT

REWRITTEN = frozenset({TEXT, ANNOUNCEMENT, FORUM, MEDIA})
"""The types whose names are rewritten; voice, stage and category keep case, spaces and emoji."""

_DROPPED = re.compile(r"""[!"#$%&'()*+,./:;<=>?@\[\\\]^`{|}~]""")


def stored_name(name: str, kind: int) -> str:
    """Return the name as Discord keeps it. The rule is observed, not documented; see nextcord's issue 957.

    >>> stored_name(" Joey's Cool Channel ", TEXT)
    'joeys-cool-channel'
    """
    if kind not in REWRITTEN:
        return name.strip()
    return re.sub(r"[\s-]+", "-", _DROPPED.sub("", name.strip()).strip()).lower()
