"""What more is told where somebody asks for it: -v what is run in containers, -vv each call to AWS with its time.

It goes to stderr, and holds no parameter and no variable of an environment: those have secrets.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .characters import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

DEBUG_VARIABLE = "CHANNELWRIGHT_DEBUG"
COMMANDS, CALLS = 1, 2
"""From which level on commands in containers are told, and calls to AWS."""

_level = 0


def begin(level: int, environment: Mapping[str, str]) -> None:
    """Note how much is told: the number of -v, or all of it with CHANNELWRIGHT_DEBUG=api."""
    global _level  # noqa: PLW0603 - one process is started in one way
    _level = max(level, CALLS if environment.get(DEBUG_VARIABLE) == "api" else 0)


def tells(level: int) -> bool:
    return _level >= level


def say(text: str) -> None:
    print(plain(text), file=sys.stderr, flush=True)
