"""What the consumer says to SQS about messages that are no jobs; what it does with jobs is in the folder `worker`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.discord.bot_token import BotToken
from channelwright.discord.discord_api import Discord
from channelwright.discord.pace import Pace
from channelwright.jobs import Job
from channelwright.worker.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Callable


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def batch(*bodies: str) -> dict[str, Any]:
    """Make an SQS event; https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""
    return {
        "Records": [
            {
                "messageId": f"m{at}",
                "receiptHandle": f"r{at}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSource": "aws:sqs",
            }
            for at, body in enumerate(bodies)
        ]
    }


@pytest.fixture
def handed_back() -> list[tuple[str, float]]:
    return []


@pytest.fixture
def consumer(handed_back: list[tuple[str, float]]) -> Consumer:
    """A consumer that has nobody to talk to: any call to Discord would fail the test."""
    nowhere = Discord("http://discord.invalid/api/v10", BotToken(lambda: "token"), Pace(0.0))
    return Consumer({}, nowhere, lambda handle, seconds: handed_back.append((handle, seconds)))


@pytest.fixture
def good(command: dict[str, Any]) -> str:
    return Job.wished(command, "add-campaign", {"name": "Curse of Strahd"}).to_json()


@pytest.mark.parametrize("body", ["{}", "", "[]", "null", '{"kind": "add-campaign"}'])
def test_what_is_no_job_goes_back_and_with_it_all_that_waits_behind_it(
    consumer: Consumer, handed_back: list[tuple[str, float]], good: str, body: str
) -> None:
    answer = consumer(batch(body, good, good), Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": each} for each in ("m0", "m1", "m2")]}
    assert handed_back == [("r0", 0.0), ("r1", 0.0), ("r2", 0.0)]


@pytest.mark.parametrize("change", [{"kind": 5}, {"guild_id": "x"}, {"options": None}])
def test_a_job_that_no_version_wrote_is_a_failure_and_not_lost(
    consumer: Consumer, good: str, change: dict[str, Any], logged: Callable[[], list[dict[str, Any]]]
) -> None:
    body = json.dumps(json.loads(good) | change)
    assert consumer(batch(body), Context()) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    [line] = logged()
    assert (line["level"], line["event"], line["message"]) == ("ERROR", "malformed message", "m0")


def test_the_token_is_in_no_log_line(
    consumer: Consumer, good: str, command: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    consumer(batch(good.replace("add-campaign", "x"), good[:-1]), Context())
    assert command["token"] not in capsys.readouterr().out
