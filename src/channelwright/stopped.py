"""Why a job ends without having done what was asked, although nothing is wrong with the bot."""

from __future__ import annotations


class StoppedError(Exception):
    """Ends a job with a word to the user. Trying again would not help."""


class MissingPermissionsError(StoppedError):
    """`names` are what the bot lacks, in Discord's words."""

    def __init__(self, names: list[str]) -> None:
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        super().__init__(f"I lack {listed} in this server.")
        self.names = names
