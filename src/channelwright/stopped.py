"""Why a job ends without having done what was asked, although nothing is wrong with the bot."""

from __future__ import annotations


class StoppedError(Exception):
    """Ends a job with a word to the user. Trying again would not help."""


class MissingPermissionsError(StoppedError):
    """The bot lacks permissions in this server, which the text names."""
