"""Requests that Discord did not send, or sent before: never a 500, never an action."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from channelwright.components import Button
from tests.lanes import examples

if TYPE_CHECKING:
    from channelwright.endpoint.interactions import Endpoint
    from tests.bot.conftest import Discord, FakeSqs, Payload

SHAPES = ["function_url", "http_api", "rest_api"]
# The endpoint and its queue hold nothing of an example that the next one could see.
many = settings(max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
few = settings(many, max_examples=examples(100))

texts = st.text(alphabet=st.characters(), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
shapes = st.sampled_from(SHAPES)


@few
@given(body=st.binary(max_size=300).filter(lambda body: not body.strip().startswith(b"{")), shape=shapes)
def test_signed_bytes_that_are_no_interaction_do_nothing(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, body: bytes, shape: str
) -> None:
    assert endpoint(discord.event(body, shape=shape), None)["statusCode"] == 400
    assert sqs.received == []


@many
@given(
    body=st.binary(max_size=100) | st.text(max_size=60),
    timestamp=st.text(max_size=25) | st.integers(0, 10**20).map(str),
    signature=st.text(max_size=140) | st.binary(min_size=64, max_size=64).map(bytes.hex),
    encoded=st.booleans() | st.none(),
    shape=shapes,
)
def test_whatever_is_not_signed_is_401(
    *,
    endpoint: Endpoint,
    payload: Payload,
    sqs: FakeSqs,
    body: bytes | str,
    timestamp: str,
    signature: str,
    encoded: bool | None,
    shape: str,
) -> None:
    event = payload(shape) | {"isBase64Encoded": encoded}
    event["body"] = body if isinstance(body, str) else base64.b64encode(body).decode()
    event["headers"] |= {"X-Signature-Timestamp": timestamp, "X-SIGNATURE-ED25519": signature}
    assert endpoint(event, None)["statusCode"] == 401
    assert sqs.received == []


@many
@given(content=st.dictionaries(texts, json_values) | st.fixed_dictionaries({"type": st.integers(1, 5)}), shape=shapes)
def test_signed_json_of_any_kind_is_answered_and_does_nothing(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, content: dict[str, Any], shape: str
) -> None:
    answer = endpoint(discord.says(content, shape=shape), None)
    assert answer["statusCode"] in {200, 400}
    json.loads(answer["body"])
    assert sqs.received == []


@many
@given(data=st.data(), name=st.sampled_from(["add_campaign", "press"]))
def test_an_interaction_of_which_anything_is_replaced_is_answered(
    endpoint: Endpoint, discord: Discord, payload: Payload, data: st.DataObject, name: str
) -> None:
    interaction = payload(name)
    if name == "press":
        interaction["data"]["custom_id"] = Button("campaign.resume", "1440000000000000006", 2**33).custom_id
    for _ in range(data.draw(st.integers(1, 3))):
        _replace(interaction, data)
    answer = endpoint(discord.says(interaction), None)
    assert answer["statusCode"] in {200, 400}


def _replace(value: Any, data: st.DataObject) -> None:
    """Replace something in there, at any depth, by anything."""
    while value:
        key = data.draw(st.sampled_from(list(value) if isinstance(value, dict) else list(range(len(value)))))
        if not isinstance(value[key], dict | list) or not value[key] or data.draw(st.booleans()):
            value[key] = data.draw(json_values)
            return
        value = value[key]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_body_that_is_cut_anywhere_is_401(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], shape: str
) -> None:
    event = discord.says(command, shape=shape)
    for length in range(0, len(event["body"]), 7):
        assert endpoint(event | {"body": event["body"][:length]}, None)["statusCode"] == 401
    assert sqs.received == []


@pytest.mark.parametrize("part", ["body", "x-signature-ed25519", "x-signature-timestamp"])
def test_one_changed_character_anywhere_is_401(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], part: str
) -> None:
    event = discord.says(command)
    holder = event if part == "body" else event["headers"]
    whole = holder[part]
    for at in range(0, len(whole), 5):
        holder[part] = whole[:at] + ("1" if whole[at] != "1" else "2") + whole[at + 1 :]
        assert endpoint(event, None)["statusCode"] == 401, at
    assert sqs.received == []


def test_the_same_json_written_differently_is_401(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any]
) -> None:
    event = discord.says(command)
    for body in (
        json.dumps(command, separators=(",", ":")),
        json.dumps(command, sort_keys=True, indent=1),
        event["body"].replace("/", "\\/").replace("S", "\\u0053"),
        event["body"] + "\n",
        "\ufeff" + event["body"],
    ):
        assert endpoint(event | {"body": body}, None)["statusCode"] == 401
    assert sqs.received == []


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_bytes_as_base64_are_the_same_request(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], shape: str
) -> None:
    command["data"]["options"][0]["value"] = "Fluch über Strahd \U0001f9db"
    body = json.dumps(command, ensure_ascii=False).encode()
    event = discord.event(body, shape=shape)
    event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert endpoint(event, None)["statusCode"] == 200
    assert json.loads(sqs.received[0]["MessageBody"])["options"]["name"] == "Fluch über Strahd \U0001f9db"
    assert endpoint(event | {"isBase64Encoded": False}, None)["statusCode"] == 401


def test_a_replay_is_swallowed_by_the_queue_for_as_long_as_its_signature_holds(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS takes a deduplication id once in five minutes, and the timestamp is good for as long."""
    event = discord.says(command)
    now = time.time()
    for later, status in ((0, 200), (0, 200), (299, 200), (302, 401), (86400, 401)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        assert endpoint(event, None)["statusCode"] == status
    assert len({(each["MessageGroupId"], each["MessageDeduplicationId"]) for each in sqs.received}) == 1


def test_the_signature_of_one_request_is_no_good_for_another(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any]
) -> None:
    signed, other = discord.says({"type": 1}), discord.says(command)
    other["headers"] = signed["headers"]
    assert endpoint(other, None)["statusCode"] == 401
    assert sqs.received == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("header", ["x-signature-ed25519", "x-signature-timestamp"])
@pytest.mark.parametrize("value", [None, "", ["twice", "twice"], 7, {}])
def test_a_header_that_is_no_text_or_not_there_is_401(
    *, endpoint: Endpoint, discord: Discord, command: dict[str, Any], shape: str, header: str, value: object
) -> None:
    event = discord.says(command, shape=shape)
    event["headers"][header] = value
    assert endpoint(event, None)["statusCode"] == 401
    del event["headers"][header]
    assert endpoint(event, None)["statusCode"] == 401


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"body": 7},
        {"headers": []},
        {"headers": "x"},
        {"headers": {"x": 1}},
        {"requestContext": None},
        {"requestContext": {"http": None}},
        {"requestContext": []},
        {"body": "\ud800"},
        {"body": "=", "isBase64Encoded": True},
        {"body": b"{}", "isBase64Encoded": True},
        {"Records": [{"body": "{}"}]},
        {"httpMethod": 7},
    ],
)
def test_an_event_of_a_shape_that_aws_never_sends_is_401(endpoint: Endpoint, event: dict[str, Any]) -> None:
    assert endpoint(event, None)["statusCode"] == 401


def test_a_refusal_says_little_and_the_log_says_why_without_the_body(
    endpoint: Endpoint, discord: Discord, command: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = type(discord)(SigningKey(bytes(32)))
    answer = endpoint(stranger.says(command), None)
    assert (answer["statusCode"], len(answer["body"])) == (401, 38)
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"level": "WARNING", "event": "refused", "reason": "the signature does not fit"}
