"""HTTP requests in the shapes in which AWS hands them to a function, as one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Request:
    """A request as it was sent: `headers` by lower-case name, `body` the very bytes that were signed."""

    method: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Read the event of a function URL or an HTTP API (payload 2.0), or of a REST API (payload 1.0).

        https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads

        What is not of its type counts as absent. Raises ValueError where the body should be base64 and is not.
        """
        body = event["body"] if isinstance(event.get("body"), str) else ""
        http = _object(_object(event.get("requestContext")).get("http"))
        return cls(
            method=event.get("httpMethod") or http.get("method", ""),
            headers={
                str(name).lower(): value
                for name, value in _object(event.get("headers")).items()
                if isinstance(value, str)
            },
            body=base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode(),
        )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


class Response(TypedDict):
    """What all of them understand; the names are AWS's."""

    statusCode: int
    headers: dict[str, str]
    body: str


def response(status: int, content: Mapping[str, object]) -> Response:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(content)}
