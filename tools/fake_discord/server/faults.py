"""Things that go wrong on purpose: which call of which operation, and how.

    fake.faults.on("create_guild_channel", faults.lost_answer(), call=3)
    fake.faults.on("*", faults.server_error(503), call=7)

Calls are counted from the moment of planning; "*" counts every call. A fault that has happened is in `happened`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tools.fake_discord.server.call import Answer
from tools.fake_discord.server.rate_limits import cloudflare as _cloudflare
from tools.fake_discord.server.rate_limits import limited as _limited
from tools.fake_discord.validator.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = "*"


@dataclass(frozen=True)
class Fault:
    """What happens to a call.

    `works` is whether Discord does what was asked. `answer` replaces the true one; if there is none, and not `answers`,
    the connection is closed without a word. `wait` holds that back for real seconds. `then` runs before the answer.
    """

    name: str
    works: bool
    answer: Answer | None = None
    answers: bool = False
    wait: float = 0.0
    then: Callable[[], None] | None = None


def lost_answer() -> Fault:
    """Do the work and close the connection: the caller cannot know."""
    return Fault("lost answer", works=True)


def dropped() -> Fault:
    """Close the connection without doing anything."""
    return Fault("dropped", works=False)


def server_error(status: int = 500, *, works: bool = False) -> Fault:
    """Answer 500, 502 or 503, before or after the work."""
    body = {"message": f"{status}: Internal Server Error", "code": 0} if status == 500 else b"upstream connect error"
    return Fault(f"{status} {'after' if works else 'before'}", works, Answer(status, body))


def rate_limited(seconds: float = 1.0, scope: str = "user", code: int | None = None) -> Fault:
    """Answer 429 and do nothing: scope user, shared or global."""
    answer = _limited(seconds, scope, code)
    spent = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": f"{seconds:.3f}"}
    headers = answer.headers if scope == "global" else {**spent, **answer.headers}
    return Fault(f"429 {scope}", works=False, answer=replace(answer, headers=headers))


def refused(code: int, status: int | None = None) -> Fault:
    """Answer one of Discord's errors, as 50013 or 10003, and do nothing."""
    refusal = RefusalError(code, status=status)
    return Fault(f"{refusal.status} {code}", works=False, answer=Answer(refusal.status, refusal.body))


def silent(seconds: float, *, works: bool = True) -> Fault:
    """Say nothing for so many real seconds, then close: whoever waits less sees a timeout."""
    return Fault(f"silent {'after' if works else 'before'}", works, wait=seconds)


def slow(seconds: float) -> Fault:
    """Do the work and answer truly, so many real seconds later."""
    return Fault("slow", works=True, answers=True, wait=seconds)


def garbled() -> Fault:
    """Do the work and answer half of a JSON document."""
    return Fault("garbled", works=True, answer=Answer(200, b'{"id": "13', {"Content-Type": "application/json"}))


def cloudflare(status: int = 429) -> Fault:
    """Answer as Cloudflare, in HTML."""
    return Fault(f"cloudflare {status}", works=False, answer=_cloudflare(status, 1015 if status == 429 else 1020, 60))


def pretended(status: int = 204) -> Fault:
    """Answer that all went well and do nothing, as was seen of overwrites right after a channel's creation."""
    return Fault("pretended", works=False, answer=Answer(status))


def running(then: Callable[[], None], *, works: bool) -> Fault:
    """Run something, before or after the work, and close the connection: to kill the caller, for example."""
    return Fault("interrupted", works, then=then)


@dataclass
class _Planned:
    operation: str
    fault: Fault
    call: int
    times: int
    seen: int = 0


@dataclass(frozen=True)
class Happened:
    """A fault that struck: the operation, and which call of it since the plan was made."""

    operation: str
    call: int
    fault: str


@dataclass
class Faults:
    """The plan, and what came of it."""

    happened: list[Happened] = field(default_factory=list)
    _planned: list[_Planned] = field(default_factory=list)

    def on(self, operation: str, fault: Fault, *, call: int = 1, times: int = 1) -> None:
        """Let the call with this number go wrong, and as many after it as `times` says."""
        from tools.fake_discord.operations.routes import OPERATIONS

        if operation not in {*OPERATIONS, EVERY}:
            raise ValueError(f"there is no operation {operation}")
        self._planned.append(_Planned(operation, fault, call, times))

    def clear(self) -> None:
        self._planned.clear()

    @property
    def outstanding(self) -> int:
        """How many planned faults have not struck: a test that waited for one in vain proves nothing."""
        return sum(max(0, each.call + each.times - 1 - each.seen) > 0 for each in self._planned)

    def strike(self, operation: str) -> Fault | None:
        """Count a call, and return what goes wrong with it."""
        struck = None
        for each in self._planned:
            if each.operation in {operation, EVERY}:
                each.seen += 1
                if each.call <= each.seen < each.call + each.times and struck is None:
                    struck = each
        if struck is None:
            return None
        self.happened.append(Happened(operation, struck.seen, struck.fault.name))
        return struck.fault
