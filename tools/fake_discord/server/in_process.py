"""The fake behind a requests.Session, without a socket: for hundreds of runs, and for ending a caller within a call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from tools.fake_discord.server.call import Answer, Request

if TYPE_CHECKING:
    from tools.fake_discord.server.gate import Gate


class InProcess(BaseAdapter):
    """Answers in the caller's own thread.

    A closed connection is requests.ConnectionError, silence is requests.ReadTimeout at once, and what a fault's
    `then` raises comes out of the call: so a test ends a worker as if the machine had gone.
    """

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        def hold(seconds: float) -> None:
            raise requests.ReadTimeout(f"no answer within {seconds} s", request=request)

        answer = self._gate.handle(_read(request), hold)
        if answer is None:
            raise requests.ConnectionError("the connection was closed without an answer", request=request)
        return _response(request, answer)

    def close(self) -> None:
        """Nothing is open."""


def _read(request: requests.PreparedRequest) -> Request:
    target = urlsplit(request.url or "")
    body = request.body or b""
    return Request(
        method=request.method or "",
        path=target.path,
        query=dict(parse_qsl(target.query, keep_blank_values=True)),
        headers={name.lower(): str(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.url = request.url or ""
    response.request = request
    response.encoding = "utf-8"
    content = answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else _encode(answer.body)
    response._content = content  # noqa: SLF001 - there is no public way to give a response its body
    return response


def _encode(body: Any) -> bytes:
    return json.dumps(body).encode()
