"""What Discord says about how fast it may be asked. No limit is known in advance but the one on all calls together.

https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Added to every wait: a request that comes a moment early is refused again.
MARGIN_SECONDS = 0.1
# Of the 50 that a bot has (topics/rate-limits#global-rate-limit), for each of five workers, as the template has it.
CALLS_PER_SECOND = 9.0
# After a refusal of all calls together a worker asks half as often, and comes back to its own pace call by call: the
# others that share the limit do the same, none knowing of the rest.
SLOWER, FASTER = 2.0, 0.99
SLOWEST_SECONDS = 5.0


@dataclass
class RateLimits:
    """Until when which bucket is empty, in seconds since 1970, by the headers that came before.

    A bucket is a hash that several routes may share, together with the server, channel or token of the path.
    `interval` is the least time in seconds between two calls: a worker's share of the limit on all of them, which
    the others of the same bot use too and none of them can see. It is longer for a while after that limit was met.
    """

    interval: float = 0.0
    _hashes: dict[str, str] = field(default_factory=dict)
    _empty_until: dict[tuple[str, str], float] = field(default_factory=dict)
    _all_until: float = 0.0
    _next: float = 0.0
    _learnt: float = 0.0

    def delay(self, route: str, resource: str, now: float) -> float:
        """Return how long to wait before a call."""
        until = self._empty_until.get((self._hashes.get(route, route), resource), 0.0)
        if not route.startswith("webhook"):  # interactions are outside the limit for everything
            until = max(until, self._all_until, self._next)
        return max(0.0, until - now)

    def sent(self, route: str, now: float) -> None:
        """Remember that a call is under way."""
        if not route.startswith("webhook"):
            self._next = now + max(self.interval, self._learnt)

    def note(self, route: str, resource: str, headers: Mapping[str, str], now: float) -> None:
        """Remember what an answer says of its bucket."""
        self._learnt *= 1.0 if route.startswith("webhook") else FASTER
        if bucket := headers.get("X-RateLimit-Bucket"):
            self._hashes[route] = bucket
        if headers.get("X-RateLimit-Remaining") == "0":
            wait = float(headers.get("X-RateLimit-Reset-After", 0)) + MARGIN_SECONDS
            self._empty_until[self._hashes.get(route, route), resource] = now + wait

    def refused(
        self, route: str, resource: str, headers: Mapping[str, str], body: Mapping[str, Any], now: float
    ) -> None:
        """Remember a 429. It did no work, so that the call may be repeated after the wait."""
        until = now + max(float(body["retry_after"]), float(headers.get("Retry-After", 0))) + MARGIN_SECONDS
        if body.get("global"):
            self._all_until = until
            self._learnt = min(max(self.interval, self._learnt, MARGIN_SECONDS) * SLOWER, SLOWEST_SECONDS)
            self._next = now + self._learnt
        else:
            self._empty_until[self._hashes.get(route, route), resource] = until
