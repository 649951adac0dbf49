from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.consumer import Consumer
from channelwright.jobs import Job
from channelwright.templates import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNELS = (
    Channel(name="lore", type="forum", description="All that is known"),
    Channel(name="Table", type="voice", description="unused"),
)


def batch(*bodies: str) -> dict[str, Any]:
    """Make an SQS event; https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""
    return {
        "Records": [
            {"messageId": f"m{at}", "receiptHandle": "x", "body": body, "eventSource": "aws:sqs"}
            for at, body in enumerate(bodies)
        ]
    }


def failures(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    assert answer.keys() == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@pytest.fixture
def good(command: dict[str, Any]) -> str:
    return Job.from_interaction(command).to_json()


def test_a_job_is_done_and_its_calls_are_logged_in_order(good: str, logged: Callable[[], list[dict[str, Any]]]) -> None:
    assert failures(Consumer(CHANNELS)(batch(good), None)) == []
    [line] = logged()
    guild = "/api/v10/guilds/1440000000000000002"
    assert line["calls"] == [
        f"POST {guild}/roles Curse of Strahd Members",
        f"POST {guild}/channels Curse of Strahd",
        f"POST {guild}/channels lore",
        f"POST {guild}/channels Table",
    ]
    assert (line["interaction"], line["guild"]) == ("1440000000000000005", "1440000000000000002")


@pytest.mark.parametrize("at", range(4))
def test_the_first_failure_and_all_after_it_come_again(
    good: str, at: int, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    bodies = [good] * 4
    bodies[at] = "{}"
    assert failures(Consumer(CHANNELS)(batch(*bodies), None)) == ["m0", "m1", "m2", "m3"][at:]
    lines = logged()
    assert [line["event"] for line in lines] == ["planned"] * at + ["malformed message"]
    assert lines[-1]["message"] == f"m{at}"


@pytest.mark.parametrize("change", [{"kind": "delete-campaign"}, {"options": {}}, {"options": {"name": 7}}])
def test_a_job_that_it_cannot_do_is_a_failure_and_not_lost(good: str, change: dict[str, Any]) -> None:
    body = json.dumps(json.loads(good) | change)
    assert failures(Consumer(CHANNELS)(batch(body), None)) == ["m0"]


def test_the_token_is_in_no_log_line(good: str, command: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    Consumer(CHANNELS)(batch(good, good.replace("add-campaign", "x"), good[:-1]), None)
    assert command["token"] not in capsys.readouterr().out
