"""Lets a client of each AWS service ask something, as a function would, of a port that nothing can listen at.

Making a client reads a part of botocore's data. A request reads the rest: the operation's shapes, the parameters of
its endpoint, the rules that make one of them. All of it is done, signing included; only where it is sent is changed.
"""

from __future__ import annotations

import importlib
import socket
from functools import cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from .place import leave_runtime_out
from .raised import told, where
from .values import Begun, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .values import Plan, Record

_KEYS = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
_DEEP = 8


class _Shape(Protocol):
    type_name: str
    metadata: Mapping[str, int]
    enum: Sequence[str]
    required_members: Sequence[str]
    members: Mapping[str, _Shape]
    member: _Shape
    value: _Shape


class _Operation(Protocol):
    name: str
    input_shape: _Shape | None


class _Model(Protocol):
    operation_names: Sequence[str]

    def operation_model(self, name: str) -> _Operation: ...


class _Request(Protocol):
    url: str


class _Events(Protocol):
    def register(self, event: str, handler: Callable[..., None]) -> None: ...


class _Meta(Protocol):
    service_model: _Model
    events: _Events


class _Client(Protocol):
    meta: _Meta

    def _make_api_call(self, operation: str, parameters: object) -> object: ...


class _Session(Protocol):
    def create_client(self, service: str, *, config: object, **options: str) -> _Client: ...


def look(services: Sequence[str], plan: Plan, skip: frozenset[str]) -> Iterator[Record]:
    """Yield how a request to each service ends; `note` is the address that it was made for."""
    leave_runtime_out(plan)
    for service in services:
        if service not in skip:
            yield Begun(kind="client", what=service)
            yield _asked(service, plan.region)


def _asked(service: str, region: str) -> Outcome:
    addresses: list[str] = []

    def elsewhere(request: _Request, **_: object) -> None:
        addresses.append("{0.scheme}://{0.netloc}".format(urlsplit(request.url)))
        request.url = _closed()

    error = at = ""
    try:
        client = _client(service, region)
        client.meta.events.register("before-send", elsewhere)
        operation = _simplest(client.meta.service_model)
        client._make_api_call(operation.name, _sample(operation.input_shape))  # noqa: SLF001 - any operation's method
    except BaseException as caught:  # noqa: BLE001 - as an import, a request may raise anything
        if type(caught).__name__ != "EndpointConnectionError":
            error, at = told(caught), where(caught)
    return Outcome(kind="client", what=service, error=error, at=at, note=" ".join(addresses[:1]))


@cache
def _port() -> socket.socket:
    """Take a port and listen at nothing: nobody else can have it, such as a package that is tried at the same time."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken


def _closed() -> str:
    return f"http://127.0.0.1:{_port().getsockname()[1]}/"


@cache
def _session() -> _Session:
    """Return the one session of this process: each would read botocore's endpoints anew."""
    session: _Session = importlib.import_module("botocore.session").get_session()
    return session


def _client(service: str, region: str) -> _Client:
    config = importlib.import_module("botocore.config").Config(retries={"max_attempts": 0}, connect_timeout=5)
    return _session().create_client(service, region_name=region, config=config, **_KEYS)


def _simplest(model: _Model) -> _Operation:
    """Return the operation that needs the fewest parameters, the first one by name."""
    operations = (model.operation_model(name) for name in model.operation_names)
    return min(
        operations, key=lambda each: (len(each.input_shape.required_members) if each.input_shape else 0, each.name)
    )


def _sample(shape: _Shape | None, depth: int = 0) -> object:
    """Make up the least that botocore takes for a shape: https://smithy.io/2.0/spec/simple-types.html."""
    if shape is None or depth > _DEEP:
        return {}
    least = max(int(shape.metadata.get("min", 0)), 1)
    made: object = least  # a number, or a time
    match shape.type_name:
        case "structure":
            made = {name: _sample(shape.members[name], depth + 1) for name in shape.required_members}
        case "list":
            made = [_sample(shape.member, depth + 1)] * least
        case "map":
            made = {"aaa": _sample(shape.value, depth + 1)}
        case "string" | "char":
            made = shape.enum[0] if shape.enum else "a" * max(least, 3)
        case "boolean":
            made = True
        case "blob":
            made = b"a" * least
        case _:
            pass
    return made
