"""Discord's rate limits: a bucket per operation and top-level resource, a global one, and Cloudflare above them all.

Sources: topics/rate-limits; Discord's issues 2190 (sub-limits), 7680 (leaky buckets and fixed windows).
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tools.fake_discord.server.call import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.fake_discord.world.clock import Clock

BAN_HTML = b"<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title>"


@dataclass(frozen=True)
class Limit:
    """So many calls in so many seconds; leaking (slots come back one by one), or all at once when a window ends."""

    calls: int
    seconds: float
    leaks: bool = True


USUAL = Limit(20, 2.0)
"""Discord publishes no numbers for most routes, so a client must not count on these: it must read headers."""

OPERATION_LIMITS: Mapping[str, Limit] = {
    "create_guild_role": Limit(250, 48 * 3600, leaks=False),
    "add_guild_member_role": Limit(10, 10.0, leaks=False),
    "delete_guild_member_role": Limit(10, 10.0, leaks=False),
    "create_message": Limit(5, 5.0),
    "update_original_webhook_message": Limit(5, 2.0),
    "execute_webhook": Limit(5, 2.0),
}


@dataclass
class Bucket:
    """A meter. `level` is how much of the limit is used at `since`."""

    limit: Limit
    level: float = 0.0
    since: float = 0.0

    def take(self, now: float) -> float:
        """Use one call. Return 0, or the seconds to wait if there is none left (then nothing is used)."""
        self._drain(now)
        if self.level + 1 > self.limit.calls + 1e-9:
            return max(self._until_next(now), 0.001)
        self.level += 1
        return 0.0

    def _drain(self, now: float) -> None:
        passed = now - self.since
        if self.limit.leaks:
            self.level = max(0.0, self.level - passed * self.limit.calls / self.limit.seconds)
            self.since = now
        elif passed >= self.limit.seconds:
            self.level, self.since = 0.0, now

    def _until_next(self, now: float) -> float:
        if self.limit.leaks:
            return (self.level + 1 - self.limit.calls) * self.limit.seconds / self.limit.calls
        return self.since + self.limit.seconds - now

    def headers(self, name: str, now: float) -> dict[str, str]:
        """Say what is left, and how long until all of it is there again."""
        leaking = self.level * self.limit.seconds / self.limit.calls
        after = leaking if self.limit.leaks else self.since + self.limit.seconds - now
        return {
            "X-RateLimit-Limit": str(self.limit.calls),
            "X-RateLimit-Remaining": str(int(self.limit.calls - self.level + 1e-9)),
            "X-RateLimit-Reset": f"{now + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(name.encode()).hexdigest()[:32],
        }


@dataclass
class RateLimits:
    """All buckets. `limits` names operations; `renames` is how often a channel's name or topic may change.

    `invalid` calls (401, 403, 429 but for shared ones) within ten minutes bring Cloudflare's ban, for an hour.
    """

    clock: Clock
    usual: Limit = USUAL
    limits: dict[str, Limit] = field(default_factory=lambda: dict(OPERATION_LIMITS))
    all_together: Limit = Limit(50, 1.0)
    renames: Limit = Limit(2, 600.0)
    invalid: Limit = Limit(10_000, 600.0)
    banned_until: float = 0.0
    _buckets: dict[tuple[str, ...], Bucket] = field(default_factory=dict)
    _refused: deque[float] = field(default_factory=deque)

    def lift(self) -> None:
        """Do without limits, but for the hidden ones."""
        self.usual = self.all_together = Limit(1_000_000, 1.0)
        self.limits.clear()

    def take(
        self, operation: str, resource: tuple[str, ...], *, is_open: bool, renames: bool
    ) -> tuple[dict[str, str], Answer | None]:
        """Count a call. Return the headers of its answer, and the 429 if there were too many.

        Interaction routes are outside the global limit.
        """
        now = self.clock.now()
        if not is_open and (wait := self._bucket(("*",), self.all_together).take(now)):
            return {}, limited(wait, "global")
        bucket = self._bucket((operation, *resource), self.limits.get(operation, self.usual))
        wait = bucket.take(now)
        headers = bucket.headers(operation, now)
        if not wait and renames:
            wait = self._bucket(("renames", *resource), self.renames).take(now)
        return headers, limited(wait, "user") if wait else None

    def _bucket(self, key: tuple[str, ...], limit: Limit) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None or bucket.limit != limit:
            bucket = self._buckets[key] = Bucket(limit, since=self.clock.now())
        return bucket

    def note(self, answer: Answer) -> None:
        """Count an answer that Cloudflare holds against the caller's address."""
        if answer.status in {401, 403, 429} and answer.headers.get("X-RateLimit-Scope") != "shared":
            now = self.clock.now()
            self._refused.append(now)
            while self._refused[0] < now - self.invalid.seconds:
                self._refused.popleft()
            if len(self._refused) >= self.invalid.calls:
                self.banned_until = now + 3600

    @property
    def invalid_calls(self) -> int:
        """How many calls count towards the ban."""
        return len(self._refused)

    def ban(self) -> Answer | None:
        """Return Cloudflare's answer, if the address is banned."""
        left = self.banned_until - self.clock.now()
        return cloudflare(429, 1015, left) if left > 0 else None


def limited(wait: float, scope: str, code: int | None = None) -> Answer:
    """Make Discord's 429. `wait` in seconds; `scope` is user, shared (the resource's) or global."""
    body: dict[str, Any] = {
        "message": "You are being rate limited.",
        "retry_after": round(wait, 3),
        "global": scope == "global",
        "code": code or 0,
    }
    extra = {"X-RateLimit-Global": "true"} if scope == "global" else {}
    return Answer(429, body, {"Retry-After": str(max(1, -int(-wait // 1))), "X-RateLimit-Scope": scope, **extra})


def cloudflare(status: int, error: int, wait: float = 0.0) -> Answer:
    """Make the answer of what stands in front of Discord: HTML, without Via, without any of Discord's headers."""
    page = BAN_HTML + f"</head><body><h1>Error {error}</h1></body></html>".encode()
    retry = {"Retry-After": str(int(wait) + 1)} if wait else {}
    return Answer(status, page, {"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare", **retry})
