"""The wire to AWS, on which one call that changes something goes wrong in one way."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.integration.release.faults import Killed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHANGES = ("Create", "Update", "Delete", "Publish", "Put", "Add", "Remove", "Execute")


@dataclass
class Wire:
    """All that is said to AWS: `operations` as they were asked, and what happens to the `at`-th that changes something.

    `way` is one of WAYS; the fault comes once, and what is lost is lost after AWS did it.
    """

    at: int = 0
    way: str = ""
    operations: list[str] = field(default_factory=list)
    sprang: bool = False
    hit: str = ""

    def attach(self, session: Any) -> None:
        # Clients take over what their session has; `Aws` makes them when they are first used.
        session.events.register("before-call", self._asked)
        session.events.register("before-send", self._sent)
        session.events.register("after-call", self._answered)

    def _asked(self, model: Any, **_: Any) -> None:
        if model.name.startswith(CHANGES):
            self.operations.append(model.name)
            if len(self.operations) == self.at and not self.sprang:
                self.hit = model.name
                if self.way == "refused":
                    self.sprang = True
                    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, model.name)

    def _sent(self, request: Any, event_name: str, **_: Any) -> Any:
        operation = event_name.rpartition(".")[2]
        if not self.hit or self.sprang or operation != self.hit:
            return None
        return WIRES[self.way](self, request) if self.way in WIRES else None

    def _answered(self, event_name: str, **_: Any) -> None:
        if not self.hit or self.sprang or event_name.rpartition(".")[2] != self.hit:
            return
        if self.way in {"killed", "lost for good"}:
            self.sprang = True
            raise Killed if self.way == "killed" else ReadTimeoutError(endpoint_url="https://aws")


def _really(request: Any) -> None:
    """Let AWS do it."""
    from botocore.httpsession import URLLib3Session

    _ = URLLib3Session().send(request).content


def _lost(wire: Wire, request: Any) -> None:
    wire.sprang = True
    _really(request)
    raise ConnectionClosedError(endpoint_url=request.url)


def _reset(wire: Wire, request: Any) -> None:
    wire.sprang = True
    raise ConnectionClosedError(endpoint_url=request.url)


def _failed(wire: Wire, request: Any) -> Any:
    wire.sprang = True
    _really(request)
    return _answer(request, 500, {"message": "internal"}, "InternalFailure")


def _throttled(wire: Wire, request: Any) -> Any:
    wire.sprang = True
    return _answer(request, 429, {"message": "Rate exceeded"}, "ThrottlingException")


def _slow(wire: Wire, _: Any) -> None:
    wire.sprang = True
    time.sleep(0.2)


def _answer(request: Any, status: int, said: dict[str, str], code: str) -> AWSResponse:
    class Raw:
        def stream(self, **_: object) -> Iterator[bytes]:
            yield body

    if "Action=" in str(request.body):
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{said['message']}</Message></Error></ErrorResponse>"
        body = text.encode()
    else:
        body = json.dumps(said | {"__type": code}).encode()
    return AWSResponse(request.url, status, HTTPHeaders.from_dict({"x-amzn-errortype": code}), Raw())


WIRES: dict[str, Callable[[Wire, Any], Any]] = {
    "lost": _lost,
    "reset": _reset,
    "500": _failed,
    "throttled": _throttled,
    "slow": _slow,
}
WAYS = ("killed", "lost for good", "refused", *WIRES)
