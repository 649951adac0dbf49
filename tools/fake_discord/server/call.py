"""A request on its way through the fake, and the answer on its way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tools.fake_discord.world.world import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.fake_discord.world.world import Application, World


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came. Header names are in lower case; `path` is without the query."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What goes back. A body of bytes is sent as it is, None sends none, anything else becomes JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request that reached an operation: who asks is known, and its parts are decoded.

    `probe` tries an interactions URL and says what is wrong with it.
    """

    world: World
    application: Application
    operation: str
    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    reason: str | None = None
    public_key: str = ""
    probe: Callable[[str], str] = lambda _url: ""

    def audit(self, target_id: str) -> None:
        """Write the audit log; the reason came URL-encoded (docs: resources/audit-log)."""
        reason = None if self.reason is None else unquote(self.reason)
        self.world.audit_log.append(AuditEntry(self.operation, target_id, reason))
