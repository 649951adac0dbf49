"""HTTP requests in the shapes in which AWS hands them to a function, as one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

        Raises ValueError where the body should be base64 and is not.
        """
        http = event.get("requestContext", {}).get("http", {})
        body = event.get("body") or ""
        return cls(
            method=event.get("httpMethod") or http.get("method", ""),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode(),
        )


def response(status: int, content: dict[str, Any]) -> dict[str, Any]:
    """Make the answer that all of them understand."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(content)}
