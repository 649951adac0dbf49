"""What the functions are told through environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class MissingEnvironmentError(Exception):
    """Names every variable that is missing or empty."""


def required(environment: Mapping[str, str], *names: str) -> list[str]:
    """Return the values of these variables, in order; raise MissingEnvironmentError with all that are not there."""
    if missing := [name for name in names if not environment.get(name)]:
        raise MissingEnvironmentError(f"set these environment variables: {', '.join(missing)}")
    return [environment[name] for name in names]
