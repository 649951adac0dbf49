"""A record of every HTTP exchange, in both directions, with nothing secret in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(r"^(/(?:api/v10/)?(?:webhooks|interactions)/[^/]+/)[^/]+")
HIDDEN = "…"


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. `towards` is "discord" (the bot asks) or "bot" (an interaction comes).

    `status` is 0 where the connection was closed without an answer; `at` is the clock's time, `ms` real time;
    `broken` are the violations in it. `expected` is the only status that it should be answered with, 0 where any
    success will do.
    """

    towards: str
    at: float
    method: str
    path: str
    operation: str
    status: int
    ms: float
    fault: str = ""
    asked: Any = None
    answered: Any = None
    number: int = 0
    broken: tuple[str, ...] = ()
    expected: int = 0

    @property
    def code(self) -> int | None:
        """Discord's error code, if it was an error."""
        failed = self.status >= 400 and isinstance(self.answered, dict)
        return self.answered.get("code") if failed else None


def without_token(path: str) -> str:
    """Take an interaction's token out of a path."""
    return TOKEN.sub(rf"\1{HIDDEN}", path)


def shown(body: Any) -> Any:
    """Return a body fit for the record: JSON where it is, tokens and signatures hidden."""
    if isinstance(body, bytes):
        try:
            body = json.loads(body) if body else None
        except ValueError:
            return body.decode(errors="replace")[:500]
    return _hide(body)


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if key == "token" else _hide(each) for key, each in value.items()}
    return [_hide(each) for each in value] if isinstance(value, (list, tuple)) else value
