from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.endpoint.web import Request, response

if TYPE_CHECKING:
    from tests.bot.conftest import Payload

SHAPES = ["function_url", "http_api", "rest_api"]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_request(payload: Payload, shape: str) -> None:
    event = payload(shape)
    event["headers"]["X-Signature-Timestamp"] = "1"
    event["body"] = "é"
    request = Request.from_event(event)
    assert (request.method, request.body, request.headers["x-signature-timestamp"]) == ("POST", b"\xc3\xa9", "1")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_base64_body_becomes_the_bytes_that_were_sent(payload: Payload, shape: str) -> None:
    event = payload(shape) | {"body": "/wD+", "isBase64Encoded": True}
    assert Request.from_event(event).body == b"\xff\x00\xfe"


@pytest.mark.parametrize("body", ["/wD", "/wD+!", "é"])
def test_a_body_that_should_be_base64_and_is_not_is_refused(payload: Payload, body: str) -> None:
    with pytest.raises(ValueError, match=r"base64|ASCII|padding"):
        Request.from_event(payload("http_api") | {"body": body, "isBase64Encoded": True})


@pytest.mark.parametrize("event", [{}, {"headers": None, "body": None}, {"requestContext": {}, "httpMethod": None}])
def test_what_is_absent_is_empty(event: dict[str, Any]) -> None:
    assert Request.from_event(event) == Request("", {}, b"")


def test_a_response_is_json_with_a_status() -> None:
    made = response(401, {"error": "no"})
    assert (made["statusCode"], made["headers"]) == (401, {"Content-Type": "application/json"})
    assert json.loads(made["body"]) == {"error": "no"}
