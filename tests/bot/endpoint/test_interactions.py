from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from nacl.signing import SigningKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from channelwright.endpoint.interactions import Endpoint
    from tests.bot.conftest import Discord, FakeSqs

SHAPES = ["function_url", "http_api", "rest_api"]
EPHEMERAL = 64


def said(endpoint: Endpoint, event: dict[str, Any], status: int = 200) -> Any:
    """Call the endpoint, as Lambda does, and return the body of its answer."""
    answer = endpoint(event, None)
    assert answer["statusCode"] == status
    assert answer["headers"] == {"Content-Type": "application/json"}
    return json.loads(answer["body"])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_ping_is_answered_with_a_pong(endpoint: Endpoint, discord: Discord, sqs: FakeSqs, shape: str) -> None:
    assert said(endpoint, discord.says({"type": 1}, shape=shape)) == {"type": 1}
    assert sqs.received == []


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_the_case_of_header_names_does_not_matter(
    endpoint: Endpoint, discord: Discord, change: Callable[[str], str]
) -> None:
    event = discord.says({"type": 1}, shape="rest_api")
    event["headers"] = {change(name): value for name, value in event["headers"].items()}
    assert said(endpoint, event) == {"type": 1}


def test_a_signed_body_that_arrives_as_base64_is_understood(endpoint: Endpoint, discord: Discord) -> None:
    # The lone byte is no UTF-8, so this body can only travel as base64; its signature fits and it is not JSON.
    event = discord.event(b'{"type":1,"x":"\xe9"}')
    assert event["isBase64Encoded"]
    said(endpoint, event, 400)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_command_is_queued_once_in_order_of_its_server_then_deferred(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], shape: str
) -> None:
    assert said(endpoint, discord.says(command, shape=shape)) == {"type": 5, "data": {"flags": EPHEMERAL}}
    [message] = sqs.received
    assert message["QueueUrl"].endswith("/123456789012/jobs.fifo")
    assert message["MessageGroupId"] == command["guild_id"]
    assert message["MessageDeduplicationId"] == command["id"]
    assert json.loads(message["MessageBody"]) == {
        "kind": "add-campaign",
        "interaction_id": "1440000000000000005",
        "application_id": "1440000000000000001",
        "guild_id": "1440000000000000002",
        "channel_id": "1440000000000000003",
        "user_id": "1440000000000000006",
        "user_name": "dungeon.master",
        "message_id": "0",
        "options": {"name": "Curse of Strahd"},
        "app_permissions": 311656827984,
        "locale": "en-GB",
        "guild_locale": "en-US",
        "user_permissions": 4503599627370495,
        "token": "aW50ZXJhY3Rpb246c2VjcmV0",
    }


def test_a_command_is_logged_with_its_ids_and_without_its_token(
    endpoint: Endpoint, discord: Discord, command: dict[str, Any], logged: Callable[[], list[dict[str, Any]]]
) -> None:
    said(endpoint, discord.says(command))
    [line] = logged()
    assert line == {
        "level": "INFO",
        "event": "queued",
        "kind": "add-campaign",
        "interaction": command["id"],
        "guild": command["guild_id"],
        "user": "1440000000000000006",
    }


def test_a_queue_that_refuses_is_told_to_the_user_at_once(
    endpoint: Endpoint,
    discord: Discord,
    sqs: FakeSqs,
    command: dict[str, Any],
    logged: Callable[[], list[dict[str, Any]]],
) -> None:
    sqs.refusal = "QueueDoesNotExist"
    answer = said(endpoint, discord.says(command))
    assert (answer["type"], answer["data"]["flags"]) == (4, EPHEMERAL)
    assert "try again" in answer["data"]["content"]
    [line] = logged()
    assert (line["level"], line["event"]) == ("ERROR", "queue refused")
    assert "QueueDoesNotExist" in line["reason"]
    assert command["token"] not in str(line)


def test_a_queue_that_does_not_answer_is_told_to_the_user_within_three_seconds(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any]
) -> None:
    sqs.delay = 30
    started = time.monotonic()
    assert said(endpoint, discord.says(command))["type"] == 4
    # botocore's standard mode waits for up to a second between its two tries.
    assert time.monotonic() - started < 3


def test_an_unknown_command_gets_a_polite_answer_and_no_message(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any]
) -> None:
    command["data"]["name"] = "make-coffee"
    answer = said(endpoint, discord.says(command))
    assert (answer["type"], answer["data"]["flags"]) == (4, EPHEMERAL)
    assert answer["data"]["allowed_mentions"] == {"parse": []}
    assert sqs.received == []


@pytest.mark.parametrize("guild", [{}, {"guild_id": None}])
def test_a_command_outside_of_a_server_is_told_where_it_works(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], guild: dict[str, None]
) -> None:
    del command["guild_id"]
    assert "server" in said(endpoint, discord.says(command | guild))["data"]["content"]
    assert sqs.received == []


@pytest.mark.parametrize("kind", [0, 5, 99, "2", None, [], {}])
def test_an_interaction_of_another_type_gets_a_polite_answer(
    endpoint: Endpoint, discord: Discord, command: dict[str, Any], kind: object
) -> None:
    assert said(endpoint, discord.says(command | {"type": kind}))["data"]["flags"] == EPHEMERAL


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'"{}"', b"null", b"{", b"\xff", b"{}{}", b"[" * 100_000])
def test_a_signed_body_that_is_no_json_object_is_400(endpoint: Endpoint, discord: Discord, body: bytes) -> None:
    said(endpoint, discord.event(body), 400)


@pytest.mark.parametrize("key", ["id", "application_id", "channel_id", "token", "member", "data"])
@pytest.mark.parametrize("value", [None, 7, "", [], {}, [[]]])
def test_a_signed_command_that_lacks_something_is_400_and_not_queued(
    *, endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any], key: str, value: object
) -> None:
    wrong = command | {key: value}
    said(endpoint, discord.says(wrong), 400)
    assert sqs.received == []


def test_an_unsigned_or_wrongly_signed_request_is_401_and_has_no_effect(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, command: dict[str, Any]
) -> None:
    other = type(discord)(SigningKey(bytes(32)))
    for event in (
        other.says(command),
        discord.says(command) | {"headers": {}},
        discord.says(command) | {"headers": None},
        discord.says(command) | {"body": None},
        discord.says(command) | {"body": json.dumps(command)[:-1]},
        discord.says(command) | {"body": json.dumps(command), "isBase64Encoded": True},
        discord.says(command, age=301),
        discord.says(command, age=-302),
    ):
        assert said(endpoint, event, 401) == {"error": "invalid request signature"}
    assert sqs.received == []


def test_a_digit_moved_from_the_timestamp_to_the_body_does_nothing(
    endpoint: Endpoint, discord: Discord, command: dict[str, Any], sqs: FakeSqs
) -> None:
    event = discord.says(command)
    stamp = event["headers"]["x-signature-timestamp"]
    event["headers"]["x-signature-timestamp"] = stamp[:-1]
    event["body"] = stamp[-1] + event["body"]
    said(endpoint, event, 401)
    assert sqs.received == []


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_401_whether_or_not_they_claim_to_be_signed(
    endpoint: Endpoint, discord: Discord, sqs: FakeSqs, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
    for _ in range(20):
        event = discord.event(chance.randbytes(chance.randrange(200)))
        for name in ("x-signature-ed25519", "x-signature-timestamp"):
            event["headers"][name] = chance.choice(
                [
                    event["headers"][name],
                    chance.randbytes(64).hex(),
                    chance.randbytes(9).decode("latin-1"),
                    "",
                    "9" * 20,
                ]
            )
        event["body"] = chance.choice([event["body"], chance.randbytes(30).decode("latin-1"), "\ud800"])
        event["isBase64Encoded"] = chance.random() < 0.5
        assert endpoint(event, None)["statusCode"] in {401, 400}
    assert sqs.received == []


@pytest.mark.parametrize("seed", range(20))
def test_a_signed_command_with_random_parts_is_never_a_500(
    endpoint: Endpoint, discord: Discord, command: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
    junk: list[Any] = [None, True, 0, -1, 1.5, "", "\ud800", [], [1], {}, {"a": {}}, "9" * 30, [{"name": []}]]
    for _ in range(20):
        wrong = json.loads(json.dumps(command))
        for _ in range(chance.randrange(1, 4)):
            _spoil(wrong, chance, junk)
        assert endpoint(discord.says(wrong), None)["statusCode"] in {200, 400}


def _spoil(value: dict[str, Any], chance: random.Random, junk: list[Any]) -> None:
    """Replace something in there, at any depth."""
    key = chance.choice(list(value))
    if isinstance(value[key], dict) and value[key] and chance.random() < 0.7:
        _spoil(value[key], chance, junk)
    else:
        value[key] = chance.choice(junk)
