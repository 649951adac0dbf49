"""Ways for a call to AWS to go wrong: refused, cut off by a kill, its answer lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.aws.connection import Aws


class Killed(KeyboardInterrupt):
    pass


@dataclass
class Trap:
    """Springs at the n-th call of one operation."""

    aws: Aws
    event: str
    operation: str
    at: int
    spring: Callable[[Trap, Any], Any]
    calls: int = 0

    def __enter__(self) -> Self:
        self.aws.functions.meta.events.register(f"{self.event}.lambda.{self.operation}", self._called, unique_id="trap")
        return self

    def __exit__(self, *_: object) -> None:
        self.aws.functions.meta.events.unregister(f"{self.event}.lambda.{self.operation}", unique_id="trap")

    @property
    def sprang(self) -> bool:
        return self.calls >= self.at

    def _called(self, **context: Any) -> Any:
        self.calls += 1
        if self.calls != self.at:
            return None
        if "Payload" in context.get("parsed", {}):
            context["parsed"]["Payload"].close()  # nobody is going to read it
        return self.spring(self, context.get("request"))


def refuse(trap: Trap, _: Any) -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}, trap.operation)


def kill(_: Trap, __: Any) -> None:
    raise Killed


def lose(trap: Trap, _: Any) -> None:
    raise ReadTimeoutError(endpoint_url=trap.aws.functions.meta.endpoint_url)


def send_and_lose(trap: Trap, request: Any) -> None:
    """Let the call reach AWS and its answer get lost on the way back, so that botocore sends it once more."""
    client: Any = trap.aws.functions
    _ = client._endpoint.http_session.send(request).content  # read, so that its connection is given back
    raise ConnectionClosedError(endpoint_url=request.url)


# A kill before a call is a kill after the call before it.
WAYS = {
    "refused": ("before-call", refuse),
    "killed": ("after-call", kill),
    "answer lost for good": ("after-call", lose),
    "answer lost once": ("before-send", send_and_lose),
}


@dataclass
class refusing:  # noqa: N801 - reads as a verb in a with statement
    """Refuses the calls of one operation that have these numbers."""

    aws: Aws
    call: str
    calls: set[int]
    count: int = 0

    def __enter__(self) -> None:
        self.aws.functions.meta.events.register(f"before-call.lambda.{self.call}", self._refuse, unique_id="refuse")

    def __exit__(self, *_: object) -> None:
        self.aws.functions.meta.events.unregister(f"before-call.lambda.{self.call}", unique_id="refuse")

    def _refuse(self, **_: object) -> None:
        self.count += 1
        if self.count in self.calls:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}, self.call)
